"""A table read, and an import under way, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from forms.schema import Form
from workflows.usecases.errors import AlreadyImported

if TYPE_CHECKING:
    from workflows.usecases.files import Staged
    from workflows.usecases.memory import Memory
    from workflows.usecases.table_reading import TableRead


@dataclass(frozen=True)
class PreviewFault:
    severity: str  # error | warning
    cell: str | None
    field: str | None
    given: str
    zh: str
    en: str
    sheet: str = ""
    row: int | None = None
    words: Sequence[str] = ()  # what names no unit and no answer: a person may say what it means

    def tell(self, locale: str = "zh") -> str:
        return self.en if locale.lower().startswith("en") else self.zh


@dataclass(frozen=True)
class Difference:
    """A field of a record that stands otherwise, as a clerk reads it."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class PreviewRecord:
    """One record of a table, bound. `values` are good stored values; `submission` None when an error stands.

    `duplicate` names the earlier record of the same content ("批次 3 第 7 行"), or is empty.
    """

    index: int
    sheet: str
    row: int | None
    values: Mapping[str, Any]
    shown: Mapping[str, str]
    cells: Mapping[str, str]
    faults: tuple[PreviewFault, ...]
    submission: Any | None  # forms.binding.Submission
    content_hash: str
    duplicate: str = ""
    state: str = ""  # of a kept record: waiting | wrong | done | failed | skipped
    result: str | None = None  # instance id, or what the handler answered
    error: str = ""
    change: str = "new"  # new | changed | unchanged, by the business key of the target
    differences: tuple[Difference, ...] = ()  # of one that is changed
    unfit: bool = False  # an error of the whole sheet stands, see `Preview.faults`

    @property
    def wrong(self) -> bool:
        return self.unfit or any(fault.severity == "error" for fault in self.faults)

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at something in it, be there errors or not; not of one that is passed over."""
        warned = any(fault.severity == "warning" for fault in self.faults)
        return warned and (self.wrong or not self.duplicate)

    @property
    def passed_over_changed(self) -> bool:
        """Whether it would start something a second time, and differs from what stands: a person may have it so."""
        return bool(self.duplicate and self.differences and not self.wrong)


@dataclass(frozen=True)
class Preview:
    """A table read and bound; nothing stored. `to_json()` in `imports.as_json(tx, preview)`."""

    name: str
    sha256: str
    form: Form
    records: tuple[PreviewRecord, ...]
    ignored: tuple[Any, ...]  # Ignored(sheet, reason_zh, reason_en)
    faults: tuple[PreviewFault, ...] = ()  # of the whole file
    counts: Mapping[str, int] = field(default_factory=dict)  # records, right, wrong, warnings, duplicates
    already: AlreadyImported | None = None  # the very file was taken in before; `imports.accept` refuses it
    content: bytes = field(default=b"", repr=False, compare=False)  # the workbook, until the preview is kept
    staged: Staged | None = None  # the same on disk, ready to be kept
    unconfirmed: tuple[
        str, ...
    ] = ()  # sheets whose layout a person has to confirm; `imports.accept` refuses till then
    own: Memory | None = None  # what was said of this very table
    read: TableRead | None = None  # what of the office's memory served


@dataclass(frozen=True)
class BatchView:
    """An import under way or over: for the progress bar."""

    id: int
    name: str
    form_key: str
    state: str  # keeping | checking | refused | preview | queued | running | stopped | done | withdrawing | withdrawn
    total: int
    done: int
    failed: int
    skipped: int
    created_at: datetime
    created_by_name: str
    finished_at: datetime | None
    sha256: str
    checked: int = 0  # records looked at so far
    refusal: Mapping[str, str] = field(default_factory=dict)  # by language
    stopped_by_name: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    unconfirmed: tuple[str, ...] = ()  # sheets whose layout a person has to confirm
