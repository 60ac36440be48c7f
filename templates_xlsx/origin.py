"""What a workbook was made from: properties of the file's own, which survive filling, Excel, WPS and LibreOffice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TEMPLATE, FORM, VERSION, HASH, TASK = (
    f"zhunru.{name}" for name in ("template", "form", "version", "hash", "task")
)
EARLIER = {"ZhunruTemplate": TEMPLATE, "ZhunruVersion": VERSION}
"""As templates were stamped before all workbooks were in the same words -> how it is said now."""
NAMES = frozenset({TEMPLATE, FORM, VERSION, HASH, TASK, *EARLIER})


@dataclass(frozen=True)
class Origin:
    """What a workbook was made from.

    Attributes:
        template: key of the template an office drew; '' where it is none.
        form: key of the form a blank form was drawn from; '' where it is none.
        version: of the template, or of the form; 0 where it is not told.
        form_hash: how the hash of the form's file begins.
        task: id of the task it was made for; 0: none.
    """

    template: str = ""
    form: str = ""
    version: int = 0
    form_hash: str = ""
    task: int = 0

    def properties(self) -> dict[str, str]:
        """Return the properties that say so: name -> text."""
        said = {
            TEMPLATE: self.template,
            FORM: self.form,
            VERSION: str(self.version or ""),
            HASH: self.form_hash,
            TASK: str(self.task or ""),
        }
        return {name: text for name, text in said.items() if text}


def origin_of(properties: Mapping[str, str]) -> Origin:
    """Return what a workbook's properties say, in today's words or in earlier ones."""
    told = {EARLIER[name]: text for name, text in properties.items() if name in EARLIER} | dict(properties)
    return Origin(
        told.get(TEMPLATE, ""),
        told.get(FORM, ""),
        _number(told.get(VERSION, "")),
        told.get(HASH, ""),
        _number(told.get(TASK, "")),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
