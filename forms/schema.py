"""Reading `.form` files (form-js schema 19)."""

from __future__ import annotations

from forms.fields import Box, Cell, Choice, Field, Form, FormFinding, FormRefused, Row

__all__ = [
    "Box",
    "Cell",
    "Choice",
    "Field",
    "Form",
    "FormFinding",
    "FormRefused",
    "Row",
    "check_form",
    "load_form",
]


def load_form(content: bytes, name: str) -> Form:
    """Read a form. Raises FormRefused with all findings."""
    raise NotImplementedError


def check_form(content: bytes, name: str) -> list[FormFinding]:
    """Return everything wrong with a form file; never raises."""
    raise NotImplementedError
