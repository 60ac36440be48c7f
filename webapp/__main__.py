"""`python -m webapp` is `zhunru`."""

from webapp.cli import main

main()
