"""Reading `.form` files: form-js schema 19, as the stock editors keep it.

A component's own keys give type, label, choices and bounds; its `properties` map, which the editors show and
keep, gives what form-js has no word for (`kind`, `synonyms`, `require`, ...; see `PROPERTIES`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from forms import masking
from forms.components import Component, Reader
from forms.fields import Box, Cell, Choice, Field, Form, FormFinding, FormRefused, Row
from forms.layout import lay_out
from forms.properties import PROPERTIES

__all__ = [
    "PROPERTIES",
    "Box",
    "Cell",
    "Choice",
    "Field",
    "Form",
    "FormFinding",
    "FormRefused",
    "Row",
    "check_form",
    "load_form",
]

SCHEMA_VERSION = 19
SIZE_LIMIT = 2 * 1024 * 1024


def load_form(content: bytes, name: str) -> Form:
    """Read a form.

    Raises:
        FormRefused: with all findings, where one of them is an error.
    """
    form, findings = _read(content, name)
    if form is None:
        raise FormRefused(name, findings)
    return form


def check_form(content: bytes, name: str) -> list[FormFinding]:
    """Return everything wrong with a form file; never raises."""
    return _read(content, name)[1]


def _read(content: bytes, name: str) -> tuple[Form | None, list[FormFinding]]:
    reader = Reader()
    root = _root(content, reader)
    if root is None:
        return None, reader.findings
    key = root.get("id")
    if not isinstance(key, str) or not key.strip():
        reader.error("", "no-id", f"表单 {name} 没有 id", f"form {name} has no id")
        key = ""
    version = root.get("schemaVersion")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        reader.warn(
            key,
            "newer-schema",
            f"表单由更新版本的设计器保存({version})，可能有读不懂的内容",
            f"saved by a newer editor (schema {version}); some of it may not be understood",
        )
    components = list(_walk(reader, root["components"], ()))
    fields = tuple(each.field for each in components if each.field is not None)
    reader.check_references(fields)
    form = None
    if not any(each.severity == "error" for each in reader.findings):
        properties = reader.properties(root, key)
        form = Form(
            key=key,
            title=properties.get("title") or name.rsplit("/", 1)[-1].removesuffix(".form"),
            fields=fields,
            layout=lay_out(components),
            boxes=tuple(each.box for each in components if each.box is not None),
            properties=properties,
            content_hash=hashlib.sha256(content).hexdigest(),
        )
        reader.findings += masking.check(form)
        if any(each.severity == "error" for each in reader.findings):
            form = None
    return form, reader.findings


def _root(content: bytes, reader: Reader) -> dict[str, Any] | None:
    if len(content) > SIZE_LIMIT:
        reader.error("", "too-large", "表单文件超过 2 MB", "the form file is larger than 2 MB")
        return None
    try:
        root = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        where = f"第 {error.lineno} 行" if isinstance(error, json.JSONDecodeError) else ""
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        reader.error("", "bad-json", f"不是有效的 JSON 文件{where}", f"not valid JSON{line}")
        return None
    if not isinstance(root, dict) or not isinstance(root.get("components"), list):
        reader.error("", "not-a-form", "不是表单文件(缺少 components)", "not a form file (no components)")
        return None
    return root


def _walk(reader: Reader, items: Any, around: tuple[str, ...], depth: int = 0) -> Iterator[Component]:
    """Yield the components of a form in order; groups are opened, their conditions handed down."""
    if not isinstance(items, list) or depth > 8:
        reader.error(
            "",
            "bad-components",
            "components 应为列表，嵌套不超过 8 层",
            "components must be a list, 8 levels at most",
        )
        return
    for item in items:
        component = reader.component(item, around)
        if component is None:
            continue
        yield component
        if component.type == "group":
            yield from _walk(reader, item.get("components", []), component.conditions, depth + 1)
