"""The names that the expressions of a decision read, and those among them that nothing gives."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from forms.feel import Expression, UnaryTests
from forms.feel.registry import BUILTINS
from workflows.engine.dmn.boxed import Builder
from workflows.engine.dmn.model import DecisionFile
from workflows.engine.dmn.xml import CAMUNDA, attribute, elements, local, name_of

_TESTS = ("inputEntry", "inputValues")
_EXPRESSIONS = ("literalExpression", "inputExpression", "outputEntry", "defaultOutputEntry")


def reads(element: etree._Element, builder: Builder) -> frozenset[str]:
    """Return the free names of all expressions in an element, those it binds itself left out."""
    names: set[str] = set()
    for _part, compiled in _compiled(element, builder):
        names |= compiled.names
    return frozenset(names - _bound(element))


def unknown_names(
    element: etree._Element, given: set[str], builder: Builder, file: DecisionFile
) -> Iterator[tuple[str, etree._Element]]:
    """Give each name that a decision or model reads and nothing gives, with the element that reads it.

    Where a file declares no input data, as Camunda's modeller leaves it, or decisions see all variables, what
    the input columns read are the inputs, and a literal expression may read any variable.
    """
    known = given | _bound(element) | set(BUILTINS)
    free = not file.strict or not file.inputs
    if free:
        for part, compiled in _compiled(element, builder):
            if local(part) == "inputExpression":
                known |= compiled.names
    for part, compiled in _compiled(element, builder):
        if free and local(part) in ("inputExpression", "literalExpression"):
            continue
        if any(local(above) == "match" for above in part.iterancestors()):
            continue  # of a boxed filter: what it reads may be keys of the items
        for name in sorted(compiled.certain - known):
            yield name, part


def _compiled(
    element: etree._Element, builder: Builder
) -> Iterator[tuple[etree._Element, Expression | UnaryTests]]:
    """Give the texts of an element, compiled; faults in them are told elsewhere."""
    quiet = Builder(builder.known, builder.types, builder.language)
    for part in elements(element):
        found: Expression | UnaryTests | None = None
        if local(part) in _TESTS:
            found = quiet.tests(part, around=part)
        elif local(part) in _EXPRESSIONS:
            found = quiet.expression(part, around=part)
        if found is not None:
            yield part, found


def _bound(element: etree._Element) -> set[str]:
    """Return the names that the boxed expressions of an element bind."""
    bound = {attribute(part, "iteratorVariable") for part in elements(element)} | {"partial", "item", "?"}
    for part in elements(element):
        kind = local(part)
        if kind == "formalParameter" or (kind == "variable" and _in_context(part)):
            bound.add(name_of(part))
        elif kind == "input":
            bound.add(part.get(CAMUNDA + "inputVariable") or "cellInput")
    return bound


def _in_context(part: etree._Element) -> bool:
    above = part.getparent()
    return above is not None and local(above) == "contextEntry"
