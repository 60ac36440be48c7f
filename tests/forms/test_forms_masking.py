"""Masked fields: who is no reader of the form gets a mark in their place, whatever their kind."""

import json
from typing import Any

from forms.masking import MASK, bare, may_read, veiled, veiled_values
from forms.schema import Form, check_form, load_form


def form(**name: Any) -> bytes:
    components = [
        {"type": "textfield", "key": "matter", "label": "事项"},
        {"type": "select", "key": "community", "label": "社区", "values": [{"label": "-", "value": "-"}]},
        {"type": "textfield", "key": "name", "label": "反馈人"},
    ]
    components[1]["properties"] = {"kind": "unit", "masked": "true"}
    components[2]["properties"] = {"masked": "true", **name}
    properties = {"masked_except": "clerk、chief"}
    return json.dumps({"id": "report", "components": components, "properties": properties}).encode()


def read(**name: Any) -> Form:
    return load_form(form(**name), "report.form")


def test_only_the_groups_the_form_names_read_it() -> None:
    assert may_read(read(), {"clerk", "clerk@3"})
    assert not may_read(read(), {"leader", "clerk@3"})


def test_all_others_get_texts_in_the_place_of_what_is_masked() -> None:
    shown = veiled(read())
    values = veiled_values(read(), {"matter": "填表", "community": 7, "name": "李梅"})
    assert values == {"matter": "填表", "community": MASK, "name": MASK}
    assert shown.field("community").kind == "text"
    assert shown.field("community").readonly
    cells = [each.kind for row in shown.layout for cell in row.cells for each in cell.fields]
    assert cells == ["text", "text", "text"]


def test_what_is_empty_is_not_made_to_look_full() -> None:
    assert veiled_values(read(), {"matter": "填表", "name": None})["name"] is None


def test_who_may_not_read_it_cannot_write_it_either() -> None:
    left = bare(read())
    assert [each.key for each in left.fields] == ["matter"]
    assert [each.key for row in left.layout for cell in row.cells for each in cell.fields] == ["matter"]


def test_a_masked_field_is_no_process_variable() -> None:
    (found,) = check_form(form(variable="true"), "report.form")
    assert (found.severity, found.element) == ("error", "name")
