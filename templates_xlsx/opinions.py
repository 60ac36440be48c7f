"""Opinion boxes: the words, the line with name, place of the seal and date; and how they read back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forms.fields import Form
from forms.written.dates import show_date
from templates_xlsx.cellwriter import display_width
from templates_xlsx.labels import Vocabulary
from templates_xlsx.recognise import recognise
from templates_xlsx.sheets import Book, cell_text
from templates_xlsx.values import is_blank


@dataclass(frozen=True)
class Opinion:
    """One decision as it stands in an opinion box of the official table.

    Attributes:
        box: the box, as in the defined name `F_<box>`, such as "bureau_opinion".
        text: the words, such as 同意准入。
        signer: who decided.
        signed_on: the day of the decision.
        recorded_by: who entered a decision made on paper (代录); "" otherwise.
    """

    box: str
    text: str
    signer: str
    signed_on: date
    recorded_by: str = ""

    @property
    def signed_by(self) -> str:
        """The name as it is signed: 李伟民\uff08王强代录\uff09."""
        return f"{self.signer}\uff08{self.recorded_by}代录\uff09" if self.recorded_by else self.signer


SIGNED = "签名\uff1a"
SEAL = "\uff08盖章\uff09"


def opinion_text(opinions: Sequence[Opinion], room: int = 0) -> str:
    """Return the words of an opinion box: each opinion, then the line with name, place of the seal and date.

    Args:
        room: half-width characters of a line; the signature stands at its right end.
    """
    blocks = []
    for number, each in enumerate(opinions):
        last = number == len(opinions) - 1
        signature = f"{SIGNED}{each.signed_by}    {SEAL + '    ' if last else ''}{show_date(each.signed_on)}"
        gap = "\n\n" if len(opinions) == 1 else "\n"
        blocks.append(f"{each.text.strip()}{gap}{padding(signature, room)}{signature}")
    return "\n".join(blocks)


def padding(line: str, room: int) -> str:
    """Return the space that moves a line to the right end: full-width, as its width is the same in every font."""
    return "\u3000" * max((room - display_width(line) - 4) // 2, 0)


_SIGNATURE = re.compile(
    "^[\\s\u3000]*签名[:\uff1a]\\s*(?P<name>[^\n]*?)\\s*(?:[(\uff08](?P<recorder>[^()\uff08\uff09\n]+?)代录[)\uff09])?"
    "\\s*(?:[(\uff08]盖章[)\uff09])?\\s*(?P<year>\\d{4})年(?P<month>\\d{1,2})月(?P<day>\\d{1,2})日\\s*$",
    re.MULTILINE,
)


def read_opinions(book: Book, form: Form) -> tuple[Opinion, ...]:
    """Read the opinions back from a filled table, box by box; boxes that are empty give none.

    An opinion without a signature line that can be read is left out.
    """
    vocabulary = Vocabulary(form)
    found: list[Opinion] = []
    for sheet in book.sheets:
        table = recognise(sheet, vocabulary, book.names_on(sheet.name))
        for box, place in table.boxes.items():
            text = cell_text(sheet.value(*place))
            if not is_blank(text):
                found.extend(_opinions_in(box, text))
    order = {box.key: number for number, box in enumerate(form.boxes)}
    return tuple(sorted(found, key=lambda each: order.get(each.box, len(order))))


def _opinions_in(box: str, text: str) -> list[Opinion]:
    found = []
    start = 0
    for match in _SIGNATURE.finditer(text):
        signed_on = date(int(match["year"]), int(match["month"]), int(match["day"]))
        words = text[start : match.start()].strip()
        found.append(Opinion(box, words, match["name"], signed_on, match["recorder"] or ""))
        start = match.end()
    return found
