"""The clerk's own pages: starting, deciding, following, importing, and the registries that come of it."""
