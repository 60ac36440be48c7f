"""Types as expressions name them: right of `instance of`, and of parameters."""

from __future__ import annotations

from collections.abc import Mapping

from lark import Token, Tree

from forms.feel import types


def compile_type(node: Tree[Token], declared: Mapping[str, types.Conforms]) -> types.Conforms | None:
    """Return the type a node of the grammar names; None for one that is not known.

    Args:
        node: a `type` of the grammar.
        declared: types of the file the expression stands in; they go before FEEL's own.
    """
    parts = [child for child in node.children if isinstance(child, Tree)]
    if node.data == "function_type":
        return types.function_of(len(parts) - 1) if parts else types.TYPES["function"]
    if node.data == "list_type":
        made = {"list": types.list_of, "range": types.range_of}.get(str(node.children[0]))
        part = compile_type(parts[0], declared)
        return None if made is None or part is None else made(part)
    if node.data == "context_type":
        members: dict[str, types.Conforms] = {}
        for member in parts:
            kind = compile_type(_first_type(member), declared)
            if kind is None:
                return None
            members[str(member.children[0])] = kind
        return types.context_of(members) if str(node.children[0]) == "context" else None
    name = "".join(str(child) for child in node.children)
    return declared.get(name) or types.TYPES.get(name)


def _first_type(member: Tree[Token]) -> Tree[Token]:
    return next(child for child in member.children if isinstance(child, Tree))
