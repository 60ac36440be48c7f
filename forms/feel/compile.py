"""Choosing the language of a text and compiling it."""

from __future__ import annotations

from collections.abc import Iterable

from forms.feel.compiler import compile_feel, compile_unary
from forms.feel.expression import Expression, UnaryTests
from forms.feel.juel import compile_juel, is_juel


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
