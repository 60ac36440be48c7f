"""Tables out and in: lists of the house as workbooks, workbooks taken in."""

from __future__ import annotations

from typing import Any

from flask import request

from webapp import edge
from webapp import lists as pages
from webapp.api.frame import BadBody, route
from workflows.usecases import lists


@route("/lists")
def list_lists() -> Any:
    """The lists this account may take out, with their columns and filters."""
    tx, actor = edge.tx(), edge.current_actor()
    return {
        "items": [
            {
                "key": each.key,
                "title": each.title,
                "filters": each.filters,
                "form": each.form or None,
                "columns": [
                    {"key": column.key, "label": column.label, "kind": column.kind}
                    for column in lists.columns_of(tx, each)
                ],
            }
            for each in lists.open_to(actor)
        ]
    }


@route("/lists/<key>/export")
def export_list(key: str) -> Any:
    """A list as a workbook; the query holds its filters, and `columns`: keys, comma-separated."""
    asked = lists.allowed(key, edge.current_actor())
    for name in request.args:
        if name not in asked.filters and name != "columns":
            listed = "、".join((*asked.filters, "columns"))
            raise BadBody(
                name, f"已知的筛选之一({listed})", f"one of {', '.join((*asked.filters, 'columns'))}"
            )
    columns = [each.strip() for each in request.args.get("columns", "").split(",") if each.strip()]
    return pages.workbook(key, request.args, columns)
