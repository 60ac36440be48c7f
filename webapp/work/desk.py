"""What the pages with a form share: uploads that are kept first, binding, the conditions as JSON, the paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import request

from forms.binding import Bound, Setting, Upload, bind
from forms.faults import Refused
from forms.fields import Form
from forms.kinds import KINDS
from webapp import edge
from webapp.i18n import locale_name
from webapp.work.entries import Attachments, SummaryLine, texts_of
from workflows.usecases import files
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.views import AttachmentView

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction


def attachments_of(tx: Transaction, known: tuple[AttachmentView, ...] = ()) -> Attachments:
    """Return a look-up of attachments by id, each read once."""
    found: dict[int, AttachmentView | None] = {each.id: each for each in known}

    def look_up(attachment_id: int) -> AttachmentView | None:
        if attachment_id not in found:
            found[attachment_id] = files.names(tx, [attachment_id]).get(attachment_id)
        return found[attachment_id]

    return look_up


def with_own_uploads(setting: Setting, tx: Transaction) -> Setting:
    """Let a page send back the ids of files which this actor may read (kept by an earlier, faulty post)."""
    before = setting.attachment

    def look_up(attachment_id: int) -> Upload | None:
        known = before(attachment_id)
        if known is not None:
            return known
        try:
            seen = files.get(tx, attachment_id, edge.current_actor())
        except (NotFound, NotAllowed):
            return None
        return Upload(seen.id, seen.name, seen.size, seen.kind)

    return replace(setting, attachment=look_up)


def upload_limit() -> int:
    """The largest single file, in bytes."""
    settings = edge.runtime().settings
    return int(getattr(settings, "max_upload_mb", 20)) * 1024 * 1024


@dataclass(frozen=True)
class Kept:
    """Files of a post that were kept, by field, and sentences on those that were not."""

    files: Mapping[str, list[Upload]]
    refused: tuple[SummaryLine, ...] = ()


def has_uploads(form: Form) -> bool:
    """Whether the post brings a file for a field of the form."""
    return any(each.filename for spec in form.fields for each in request.files.getlist(spec.key))


def keep_uploads(form: Form) -> Kept:
    """Keep the files of a post, in a transaction of their own, so that a faulty form need not send them again.

    The caller has looked first whether the form stops: then nothing may be kept.
    """
    received: list[tuple[str, files.Received]] = []
    refused: list[SummaryLine] = []
    for spec in form.fields:
        if spec.kind != "files" or spec.readonly:
            continue
        for each in request.files.getlist(spec.key):
            if not each.filename:
                continue
            try:
                received.append((spec.key, files.receive(edge.runtime(), each.filename, each.read())))
            except Refused as error:
                refused.append(SummaryLine(spec.label, error.tell(locale_name()), f"f-{spec.key}"))
    kept: dict[str, list[Upload]] = {}
    if received:
        with edge.runtime().transaction() as tx:  # not the request's: that one goes with the form
            for key, upload in received:
                view = files.store(tx, upload, edge.current_actor())
                kept.setdefault(key, []).append(Upload(view.id, view.name, view.size, view.kind))
    return Kept(kept, tuple(refused))


@dataclass(frozen=True)
class Posted:
    """A posted form, bound, with what was wrong about its files."""

    bound: Bound
    refused: tuple[SummaryLine, ...] = ()

    @property
    def good(self) -> bool:
        return self.bound.submission is not None and not self.refused and not self.bound.stopped


def take(form: Form, setting: Setting) -> Posted:
    """Bind the request's form: looked at without files first, so that a form that stops keeps none."""
    bound = bind(form, request.form, setting)
    if bound.stopped or not has_uploads(form):
        return Posted(bound)
    kept = keep_uploads(form)
    return Posted(bind(form, request.form, setting, kept.files), kept.refused)


def conditions(form: Form, setting: Setting) -> dict[str, Any]:
    """What a form's conditions say of the present entries: for the page's script, as JSON."""
    bound = bind(form, request.form, setting)
    locale = locale_name()
    stop = ""
    if bound.stopped:
        stop = next((fault.tell(locale) for fault in bound.faults), "") or next(
            (each.stop_message for each in form.fields if each.stop_when is not None), ""
        )
    warnings: dict[str, str] = {}
    for fault in bound.faults:
        if fault.severity == "warning" and fault.field and fault.row is None:
            warnings[fault.field] = f"{warnings.get(fault.field, '')} {fault.tell(locale)}".strip()
    return {
        "hidden": sorted(bound.hidden),
        "required": sorted(bound.required),
        "warnings": warnings,
        "stop": stop,
        "known": _learnt(bound),
        "given": _given(bound, setting, locale),
    }


def _given(bound: Bound, setting: Setting, locale: str) -> dict[str, str]:
    """What the registry says in read-only fields, as it is read."""
    return {
        spec.key: KINDS[spec.kind].show(bound.values[spec.key], spec, setting.units, locale)
        for spec in bound.form.fields
        if spec.readonly and spec.kind in ("text", "long_text") and bound.values.get(spec.key) is not None
    }


def _learnt(bound: Bound) -> dict[str, str]:
    """What the registry filled in of fields that were posted empty, as an input of one text takes it."""
    found = {}
    for spec in bound.form.fields:
        if spec.readonly or spec.kind in ("rows", "files") or bound.values.get(spec.key) is None:
            continue
        if spec.key in request.form and not "".join(request.form.getlist(spec.key)).strip():
            found[spec.key] = "".join(texts_of(bound.page[spec.key])[:1])
    return found


def asked_first(form: Form) -> str:
    """The key of the field that is asked before all others (是否涉密), or ''."""
    first = next((each for each in form.fields if each.stop_when is not None), None)
    return first.key if first is not None and first.kind in ("yes_no", "choice") else ""


def told(error: Refused) -> str:
    """The sentence of an error; of a failed step, that of what it failed for."""
    cause = getattr(error, "cause", None) or error.__cause__
    return (cause if isinstance(cause, Refused) else error).tell(locale_name())


def again(error: Refused) -> bool:
    """Whether the same form may be sent again after this error: it is about what was entered."""
    return type(error).__name__ not in NOT_ABOUT_ENTRIES


#: Errors about the task or the person, not about the entries: they get a page of their own.
NOT_ABOUT_ENTRIES = frozenset(
    {
        "TaskNotOpen",
        "TaskHeld",
        "TaskTaken",
        "StaleVersion",
        "NotAllowed",
        "NotFound",
        "InstanceEnded",
        "PostedBefore",
    }
)
