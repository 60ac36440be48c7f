"""The engine room: diagrams, and what runs them. See docs/ARCHITECTURE.md."""

__version__ = "0.1.0"
