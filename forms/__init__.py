"""Forms: fields described once, for page, table, check, print and API. Knows no store and no web framework."""
