"""Tables out and in: lists of the house as workbooks, workbooks taken in."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for

from forms.faults import Refused
from webapp import edge
from webapp import lists as pages
from webapp.api.frame import BadBody, refusal, route
from webapp.i18n import locale_name
from workflows.usecases import definitions, import_checking, imports, lists, offline, tasks
from workflows.usecases.actor import Actor
from workflows.usecases.errors import ImportHasFaults, LayoutUnconfirmed
from workflows.usecases.views import Preview


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


# ------------------------------------------------------------------ in
IMPORT_FIELDS = ("form", "dry_run", "only_right", "anyway", "not_secret", "password")
TASK_FIELDS = ("dry_run", "draft", "not_secret", "password")
YES = "yes"


@route("/imports/forms")
def list_import_forms() -> Any:
    """The forms this account may take in from a table."""
    tx = edge.tx()
    titles = {each.key: each.title for each in definitions.overview(tx, "form")}
    found = imports.offered(tx, edge.current_actor())
    return {
        "items": [
            {"key": each.form_key, "title": titles[each.form_key], "process": each.process_key}
            for each in found
            if each.form_key in titles
        ]
    }


@route("/imports/forms/<key>/blank")
def blank_form(key: str) -> Any:
    """An empty table of a form; `rows=many`: one record a row."""
    tx = edge.tx()
    imports.require_import(edge.current_actor(), imports.target_of(tx, key))
    name, content = offline.blank_form(tx, key, many=request.args.get("rows") == "many")
    return _workbook(name, content)


def _workbook(name: str, content: bytes) -> Response:
    response = Response(content, mimetype=pages.XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@route("/imports", methods=("POST",))
def import_table() -> Any:
    """Take a table in: a form with the file `table` and the fields `form`, `not_secret`, `dry_run` and so on.

    A long one is answered with 202 and the address of its check, see `api.imports`.
    """
    edge.commit()  # that the token was used; nobody waits while the workbook is read
    asked = _asked()
    actor = edge.current_actor()
    file = request.files["table"]
    name = file.filename or "table"
    content, password = file.read(), asked["password"] or None
    with edge.reading() as tx:
        long = import_checking.at_length(tx, content, name, asked["form"], actor, password)
        if long is None:
            again = asked["dry_run"] == YES
            found = imports.preview(
                tx, content, name, asked["form"], actor, locale_name(), again=again, password=password
            )
            document = imports.as_json(tx, found, locale_name())
    if long is not None:
        return _checked_later(long, actor)
    if asked["dry_run"] == YES:
        return document
    runtime = edge.runtime()
    batch = imports.keep_many(runtime, imports.stage(runtime, found), actor)
    try:
        anyway = imports.changed(found) if asked["anyway"] == YES else ()
        imports.accept(edge.tx(), batch, actor, only_right=asked["only_right"] == YES, anyway=anyway)
    except Refused as error:
        edge.roll_back()
        with runtime.transaction() as tx:
            imports.discard(tx, batch, actor)
        if not isinstance(error, ImportHasFaults | LayoutUnconfirmed):
            raise
        return refusal(422, type(error).__name__, error.tell("zh"), error.tell("en"), **document)
    return {**document, "batch": batch}


def _checked_later(long: Preview, actor: Actor) -> Response:
    """A long table is checked by a job: where to look how far it is. Nothing of it is taken in before it is accepted."""
    staged = imports.stage(edge.runtime(), long)
    batch = import_checking.begin(edge.tx(), staged, actor)
    answer = jsonify({"batch": batch, "state": "checking", "url": url_for("api.show_import", batch_id=batch)})
    answer.status_code = 202
    answer.headers["Location"] = url_for("api.show_import", batch_id=batch)
    return answer


def _asked(fields: tuple[str, ...] = IMPORT_FIELDS) -> dict[str, str]:
    """The fields of an upload. Raises `BadBody`."""
    for name in (*request.form, *request.args, *request.files):
        if name not in (*fields, "table"):
            listed = "、".join((*fields, "table"))
            raise BadBody(name, f"已知的项目之一({listed})", f"one of {listed.replace('、', ', ')}")
    asked = {name: request.values.get(name, "").strip() for name in fields}
    if "table" not in request.files:
        raise BadBody("table", "一个表格文件(multipart/form-data)", "a workbook (multipart/form-data)")
    if "form" in asked and not asked["form"]:
        raise BadBody("form", "表单标识", "the key of a form")
    if asked["not_secret"] != YES:
        raise BadBody(
            "not_secret", "yes(确认表格及附件均不涉密)", "yes: neither the table nor its files are classified"
        )
    for name in ("dry_run", "only_right", "anyway", "draft"):
        if asked.get(name, "") not in ("", YES):
            raise BadBody(name, "yes 或不给", "yes, or left out")
    return asked


# ------------------------------------------------------------------ a task's own table
@route("/tasks/<int:task_id>/table")
def task_table(task_id: int) -> Any:
    """A task's form as a workbook, with what stands in it."""
    tx = edge.tx()
    task = offline.fillable(tx, task_id, edge.current_actor())
    return _workbook(*offline.task_table(tx, task, tasks.setting(tx, task, "table")))


@route("/tasks/<int:task_id>/table", methods=("POST",))
def fill_task(task_id: int) -> Any:
    """Complete a task by its filled table; `dry_run=yes` only tells its faults, `draft=yes` keeps it for a person."""
    edge.commit()  # that the token was used; nobody waits while the workbook is read
    asked, actor = _asked(TASK_FIELDS), edge.current_actor()
    file = request.files["table"]
    with edge.reading() as tx:
        task = offline.fillable(tx, task_id, actor)
        setting = tasks.setting(tx, task, "table", locale_name())
        password = asked["password"] or None
        found = offline.read_back(tx, task, setting, file.read(), file.filename or "table", password)
    told = found.as_json(locale_name())
    if asked["dry_run"] == YES:
        return {"faults": told}
    if asked["draft"] == YES:
        tasks.save_draft(edge.tx(), task_id, found.posted, actor)
        return {"faults": told}
    if found.submission is None:
        return refusal(422, "FormHasFaults", "表格有错误", "the table has faults", faults=told)
    tasks.complete(edge.tx(), task_id, found.submission, actor, version=task.version)
    return {"faults": told, "completed": True}
