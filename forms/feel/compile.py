"""Choosing the language of a text and compiling it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from lark import Tree

from forms.feel.compiler import Compiler, Node, parts_of
from forms.feel.errors import FeelSyntaxError
from forms.feel.expression import Expression, UnaryTests
from forms.feel.grammar import parse
from forms.feel.juel import compile_juel, is_juel
from forms.feel.types import Conforms


def compile_expression(text: str, known: Iterable[str] = ()) -> Expression:
    """Compile an expression; compiled texts are kept.

    A text with `${` or `#{` is JUEL or a template, all else FEEL, with or without a leading `=`.

    Args:
        text: the expression; white space around it is ignored.
        known: names in scope that hold keywords or signs, such as `a-b`; others need not be given.

    Raises:
        FeelSyntaxError: it is no expression; an empty text is none.
    """
    if is_juel(text) and not _quoted(text):
        return compile_juel(text)
    body = text.strip()
    if body.startswith("="):
        body = body[1:].strip()
    return compile_feel(body, frozenset(known))


def _quoted(text: str) -> bool:
    """Tell whether the braces stand inside a FEEL string, as in `= "${"`."""
    body = text.strip()
    return body.startswith("=") and is_juel(body)


def compile_unary_tests(text: str, known: Iterable[str] = ()) -> UnaryTests:
    """Compile the unary tests of an input cell; an empty text or `-` holds for every value.

    Raises:
        FeelSyntaxError: they are no unary tests.
    """
    return compile_unary(text.strip(), frozenset(known))


@lru_cache(maxsize=4096)
def compile_feel(text: str, known: frozenset[str] = frozenset()) -> Expression:
    """Compile a FEEL expression; it is kept. Raises FeelSyntaxError."""
    return compile_declared(text, known, {})


def compile_declared(text: str, known: frozenset[str], declared: Mapping[str, Conforms]) -> Expression:
    """Compile a FEEL expression that may name types of its file. Raises FeelSyntaxError."""
    compiler = Compiler(text, declared)
    try:
        run = compiler.run(parse(text, known))
    except RecursionError:
        raise FeelSyntaxError(text[:60], 0, "deep") from None
    return Expression(text, frozenset(compiler.free), run, frozenset(compiler.certain))


@lru_cache(maxsize=4096)
def compile_unary(text: str, known: frozenset[str] = frozenset()) -> UnaryTests:
    """Compile unary tests; an empty text is `-`. Raises FeelSyntaxError."""
    compiler = Compiler(text)
    try:
        try:
            tree = parse(text.strip() or "-", known, unary=True)
        except FeelSyntaxError:
            if not text.lstrip().startswith("not"):
                raise
            # `not(a) and b` is an expression, not a negated test.
            expression = parse(text, known)
            tree = Tree("tests", [Tree("test_list", [expression.children[0]])])
        run = compiler.run(tree)
    except RecursionError:
        raise FeelSyntaxError(text[:60], 0, "deep") from None
    free, certain = compiler.free - {"?"}, compiler.certain - {"?"}
    return UnaryTests(text, frozenset(free), run, _values(tree, text), frozenset(certain))


def _values(tree: Node, text: str) -> tuple[Expression, ...]:
    """Return the expressions that stand in a list of unary tests, comparisons left out."""
    if tree.data != "tests":
        return ()
    compiler = Compiler(text)
    parts = [part for part in parts_of(parts_of(tree)[0]) if part.data != "compare_range"]
    return tuple(Expression(text, frozenset(), compiler.run(part)) for part in parts)
