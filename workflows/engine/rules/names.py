"""Rules on names in expressions: a variable that nothing sets is probably a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from lxml import etree

from workflows.engine.drawing import camunda, is_bpmn, local_name
from workflows.engine.extensions import form_of, mappings_of, rounds_of
from workflows.engine.model import Finding
from workflows.engine.reading import assigned, names_read
from workflows.engine.rules.look import ACTIVITIES, Look, error, warning

_MOST_SUGGESTIONS = 40
"""Unknown names of a file for which a likeness is looked for; a drawing with more has other troubles."""

GIVEN = frozenset(
    (
        "initiator",
        "initiator_name",
        "initiator_unit",
        "entered_for",
        "started_on",
        "actor_name",
        "actor_unit",
        "actor_unit_name",
    )
)
"""Variables that the application gives every instance."""

_WORD = r"[^\W\d_][\w'’]*"
_PROSE = re.compile(rf"{_WORD}(?:(?:,? +|-){_WORD}){{2,}}[.!?]?")
_KEYWORDS = frozenset(
    (
        *("and", "or", "not", "in", "if", "then", "else", "for", "return", "some", "every", "satisfies"),
        *("between", "instance", "of", "true", "false", "null", "function"),
    )
)


def is_prose(text: str) -> bool:
    """True for a text of plain words that no expression is made of: three at least, no operator, no call."""
    words = re.split(r"[ ,.!?-]+", text.strip().lower())
    return _PROSE.fullmatch(text.strip()) is not None and not _KEYWORDS & set(words)


@dataclass
class _Known:
    """Names that a process gives values to; `open` where something may set names that nobody can tell."""

    names: set[str] = field(default_factory=set)
    open: bool = False


def variables_are_set(look: Look) -> Iterator[Finding]:
    """Each name that an expression reads is set by a form, a script, a result, a mapping or a caller."""
    suggestions = _MOST_SUGGESTIONS
    for process, texts in look.texts:
        known = _known(look, process)
        told: set[tuple[str, str]] = set()
        for text in texts:
            for name in sorted(names_read(text, certain=True) - known.names):
                if (text.element, name) in told:
                    continue
                told.add((text.element, name))
                if text.use == "timer" and text.text.strip() == name and not known.open:
                    yield _no_time(text.element, name)
                    continue
                near = get_close_matches(name, known.names, 1, 0.7) if suggestions > 0 else []
                suggestions -= 1
                if not known.open or any(_slip(name, other) for other in near):
                    yield _never_set(text.element, name, near)


def _slip(name: str, other: str) -> bool:
    """True for two names that differ in one letter, or in the order of two."""
    if len(name) != len(other) or len(name) < 4:
        return False
    differ = [place for place in range(len(name)) if name[place] != other[place]]
    swapped = len(differ) == 2 and sorted(name) == sorted(other)
    return len(differ) == 1 or (swapped and differ[1] - differ[0] == 1)


def _no_time(element: str, name: str) -> Finding:
    return error(
        "timer.no-time",
        element,
        f"时间“{name[:60]}”既不是 ISO 8601 的写法，也不是有地方赋值的变量（例如 P5D、R3/PT1H）",
        f"The time {name[:60]} is neither ISO 8601 (such as P5D, R3/PT1H) nor a variable that anything sets",
    )


def _never_set(element: str, name: str, near: Collection[str]) -> Finding:
    meant = next(iter(near), "")
    return warning(
        "variable.never-set",
        element,
        f"变量“{name[:60]}”没有任何地方赋值" + (f"，是不是“{meant}”？" if meant else ""),
        f"Nothing sets the variable {name[:60]}" + (f"; did you mean {meant}?" if meant else ""),
    )


def _known(look: Look, process: etree._Element) -> _Known:
    known = _Known(assigned([process]) | GIVEN)
    handed = look.around.calls.get(process.get("id", ""), frozenset())
    known.open = handed is None
    known.names |= handed or frozenset()
    for element in process.iter(etree.Element):
        if is_bpmn(element):
            _learn(look, element, known)
    return known


_HOLDERS = ("dataObject", "dataObjectReference", "dataInput", "dataOutput", "property", "dataStoreReference")
_STRANGERS = ("messageEventDefinition", "signalEventDefinition", "receiveTask")
_WORKERS = ("serviceTask", "sendTask")


def _learn(look: Look, element: etree._Element, known: _Known) -> None:
    """Add what one element gives values to."""
    kind = local_name(element)
    known.names |= {
        camunda(element, name)
        for name in ("initiator", "errorCodeVariable", "errorMessageVariable", "escalationCodeVariable")
    } - {""}
    if kind in _HOLDERS:
        known.names |= {element.get("name", ""), element.get("id", "")}
    elif kind in _STRANGERS or (kind in _WORKERS and not camunda(element, "expression")):
        known.open = True
    elif kind == "callActivity":
        known.open = known.open or any(item.everything for item in mappings_of(element).out)
    elif kind == "businessRuleTask":
        known.names |= look.around.outputs.get(camunda(element, "decisionRef"), frozenset())
    elif kind in ("userTask", "startEvent"):
        key = form_of(element)[0]
        fields = look.around.fields.get(key)
        known.names |= fields or frozenset()
        known.open = known.open or bool(key and fields is None)
    rounds = rounds_of(element) if kind in ACTIVITIES else None
    if rounds is not None:
        made = (rounds.element, rounds.output_list, rounds.output_item, f"{element.get('id', '')}_results")
        known.names |= {*made, "loopCounter"} - {""}


_TWICE = re.compile(r"[<>\u2264\u2265=]\s*[<>\u2264\u2265=]")
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')


def comparisons_are_single(look: Look) -> Iterator[Finding]:
    """A comparison has one operator: `days >> 3` would be read as a comparison with a range, which never holds."""
    for _, texts in look.texts:
        for text in texts:
            if text.use in ("condition", "value", "script") and doubled(text.text):
                yield error(
                    "expression.operator-twice",
                    text.element,
                    f"表达式“{' '.join(text.text.split())[:80]}”里连写了两个比较符号",
                    f"Two comparison signs in a row in {' '.join(text.text.split())[:80]!r}",
                )


def doubled(text: str) -> str:
    """The two comparison signs that stand in a row in an expression; empty if there are none."""
    bare = _STRINGS.sub('""', text)
    if "${" in bare or "#{" in bare or "instance of" in bare or "->" in bare:
        bare = re.sub(r"[=!<>]=", " ", bare) if "{" in bare else ""
    found = _TWICE.search(bare.replace("<=", "\u2264").replace(">=", "\u2265"))
    return found.group() if found else ""


RULES = (variables_are_set, comparisons_are_single)
