"""Secrecy marks: 秘密, 机密, 绝密 as a mark, never as running text."""

from __future__ import annotations

from forms.faults import Refused


class ConfidentialRefused(Refused):
    """Something carries a secrecy mark. Nothing of it may be kept, logged or shown.

    Facts: `where` (a place such as a field's label or a cell, never the content).
    """

    zh = "发现涉密标志({where}),本系统不得处理,请线下办理"
    en = "A secrecy mark was found ({where}). This system must not handle it; please go offline"


def secrecy_mark(line: str) -> str | None:
    """Return the mark that a line is or carries, or None."""
    raise NotImplementedError
