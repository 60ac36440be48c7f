"""The commands of `zhunru`, one a module; `webapp.cli` lists them."""
