"""Taking tokens out of the tree, and hanging them elsewhere, without a word in the trail: nothing has happened."""

from __future__ import annotations

from workflows.engine.specs import Node
from workflows.engine.tokens import COMPLETED, Token


def forget(token: Token) -> None:
    """Take away a token that only waits, with its listeners."""
    for child in token.children:
        forget(child)
    _take_out(token)


def prune(token: Token) -> None:
    """Take away a finished token; what came from it now came from the one before."""
    if token.id not in token.workflow.tasks:
        return
    workflow, above = token.workflow, token.parent
    workflow.top.close_inner(token)
    children = token.children
    for child in children:
        child._parent = token._parent
    place = above._children.index(token.id) if above is not None and token.id in above._children else 0
    _take_out(token)
    if above is not None:
        above._children[place:place] = [child.id for child in children]


def under(token: Token, spec: Node) -> None:
    """Let a waiting token have come from a spec, as though that had been passed."""
    workflow, above = token.workflow, token.parent
    passed = Token(workflow, spec, above)
    passed._state = COMPLETED
    if above is not None:
        above._children.remove(token.id)
    token._parent = passed.id
    passed._children.append(token.id)
    workflow.tasks[token.id] = workflow.tasks.pop(token.id)  # parents stand before their children


def _take_out(token: Token) -> None:
    workflow, above = token.workflow, token.parent
    if above is not None and token.id in above._children:
        above._children.remove(token.id)
    workflow.active.pop(token.id, None)
    workflow.armed.pop(token.id, None)
    for table in (workflow.top.conditionals, workflow.top.joins, workflow.top.aside):
        table.pop(token.id, None)
    del workflow.tasks[token.id]
