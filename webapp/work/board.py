"""An instance on its page: the paper with the opinions that stand, the diagrams, the story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import url_for

from forms.fields import Form
from templates_xlsx.printing import printer
from webapp import edge
from webapp.i18n import locale_name
from webapp.work import desk
from webapp.work.ahead import calls, process_name, steps_ahead
from webapp.work.entries import Entry
from webapp.work.paper import Paper, PaperMaker
from webapp.work.story import StoryLine, story
from workflows.admission import official
from workflows.usecases import definitions
from workflows.usecases.views import DiagramMarks, InstanceView, SubmissionView

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction


def paper_submission(view: InstanceView, form: Form | None = None) -> SubmissionView | None:
    """Return the form that is the paper of an instance: what a task's form names, else one with opinion boxes."""
    key = form.properties.get("paper") if form is not None else None
    if key and (named := view.submission(key)) is not None:
        return named
    boxed = [each for each in view.submissions if each.form.boxes]
    return next(iter(boxed or view.submissions), None)


SENT_BACK = frozenset({"supplement", "return"})


@dataclass(frozen=True)
class OtherPaper:
    """A form filled in besides the paper; `unit_name` where several units fill in the same one."""

    title: str
    unit_name: str
    by_name: str
    at: datetime
    paper: Paper


class Board:
    """What the pages of an instance and of its tasks share. Made inside a transaction, drawn inside it too."""

    def __init__(self, tx: Transaction, view: InstanceView) -> None:
        self.tx = tx
        self.view = view
        self.attachment = desk.attachments_of(tx, view.attachments)
        self.locale = locale_name()

    def paper(
        self,
        form: Form | None = None,
        *,
        entries: Mapping[str, Entry] | None = None,
        box: str = "",
        without_files: bool = False,
    ) -> Paper | None:
        """Return the table; `entries` where this page corrects it, `box` where this page decides.

        Printed, it goes `without_files`: the office's own table has no place for them.
        """
        standing = paper_submission(self.view, form)
        if standing is None and entries is None:
            return None
        whole = form if entries is not None and form is not None else standing.form  # type: ignore[union-attr]
        values: dict[str, Any] = dict(standing.values) if standing is not None else {}
        # The number is given after the form was posted; the key of the business is the filing number in the end.
        number = self.view.variables.get("application_number") or self.view.business_key
        if number:
            values.setdefault("application_number", number)
        return PaperMaker(
            whole,
            values,
            self.tx.units,
            self.attachment,
            entries=entries,
            opinions=self.view.opinions,
            box=box,
            leave_out=[
                *(key for key in [desk.asked_first(whole)] if key not in (entries or {})),
                *(each.key for each in whole.fields if without_files and each.kind == "files"),
            ],
            locale=self.locale,
            scope=self.view.variables,
            world=self.tx.world,
        ).paper()

    @property
    def table_name(self) -> str:
        """What the table is called that goes out as a workbook; '' where there is none."""
        return official.table_name(self.tx, self.view.submissions)

    @property
    def can_print(self) -> bool:
        """Whether the workbook may be had as a PDF here."""
        return printer(self.tx.runtime.settings.soffice) is not None

    def loose_opinions(self, paper: Paper | None) -> list[Any]:
        """Opinions for which the paper has no box: they stand below it."""
        boxes = paper.boxes if paper is not None else frozenset()
        return [said for said in self.view.opinions if said.box not in boxes and (said.text or said.decision)]

    def other_papers(self, paper: Paper | None) -> list[OtherPaper]:
        """Forms that were filled in besides the paper (a receipt, a record), for reading."""
        key = paper.form.key if paper is not None else ""
        return [
            OtherPaper(
                each.form.title,
                each.unit_name,
                each.by_name,
                each.at,
                PaperMaker(
                    each.form, each.values, self.tx.units, self.attachment, locale=self.locale
                ).paper(),
            )
            for each in self.view.filled or self.view.submissions
            if each.form_key != key
        ]

    def asked_for(self) -> list[tuple[str, str, str]]:
        """What the latest decision that sent the paper back asks for: label, words, who."""
        sent_back = [each for each in self.view.submissions if each.values.get("decision") in SENT_BACK]
        if not sent_back:
            return []
        latest = max(sent_back, key=lambda each: each.at)
        return [
            (spec.label, str(latest.values[spec.key]), latest.by_name)
            for spec in latest.form.fields
            if spec.kind == "long_text" and latest.values.get(spec.key)
        ]

    def ahead(self) -> list[str]:
        """Names of the steps that may follow where it stands."""
        names: list[str] = []
        for each in self.view.diagrams:
            if each.active and self.view.status == "running":
                ahead = steps_ahead(self._xml(each), each.active)
                names += [name for name in ahead if name not in names]
        return names[:4]

    def story(self) -> list[StoryLine]:
        """Return the lines beside the paper."""
        return story(self.view, may_remind=self.view.initiator == edge.current_actor().username)

    def diagrams(self) -> list[dict[str, Any]]:
        """Return the diagrams, the one where it stands first: address, marks, process key."""
        ordered = sorted(self.view.diagrams, key=lambda each: not (each.active or each.failed))
        standing = self._standing()
        return [self._diagram(each, number, standing) for number, each in enumerate(ordered)]

    def _standing(self) -> dict[str, list[str]]:
        """Where it stands in each process, the reader's own tasks first; a call stands while what it calls does."""
        mine = {each.element for each in self.view.tasks if each.mine}
        standing = {
            each.process_key: sorted(each.active, key=lambda element: element not in mine)
            for each in self.view.diagrams
        }
        drawings = {each.process_key: self._xml(each) for each in self.view.diagrams}
        for _depth in drawings:
            for key, xml in drawings.items():
                for element, called in calls(xml).items():
                    if standing.get(called) and element not in standing[key]:
                        standing[key].append(element)
        return standing

    def _xml(self, marks: DiagramMarks) -> bytes:
        return definitions.content(self.tx, marks.resource_id).content

    def _diagram(self, marks: DiagramMarks, number: int, standing: Mapping[str, list[str]]) -> dict[str, Any]:
        return {
            "id": f"diagram-{number}",
            "process": marks.process_key,
            "name": process_name(self._xml(marks), marks.process_key),
            "src": url_for("instances.diagram", instance_id=self.view.id, resource_id=marks.resource_id),
            "state": {
                "done": list(marks.done),
                "current": standing[marks.process_key],
                "incident": list(marks.failed),
            },
            "active": bool(marks.active or marks.failed),
        }
