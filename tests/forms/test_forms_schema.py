"""Reading .form files: what is understood, and everything that can be wrong with one."""

import json
from pathlib import Path
from typing import Any

import pytest
from forms_builders import FORMS, file_of, form_of, part

from forms.fields import FormRefused
from forms.schema import check_form, load_form


def rules(content: bytes) -> set[tuple[str, str]]:
    """(element, rule) of all errors."""
    return {(each.element, each.rule) for each in check_form(content, "x.form") if each.severity == "error"}


@pytest.mark.parametrize("path", sorted(FORMS.glob("*.form")), ids=lambda path: path.stem)
def test_every_shipped_form_is_good(path: Path) -> None:
    assert not check_form(path.read_bytes(), path.name)
    form = load_form(path.read_bytes(), path.name)
    assert form.key == path.stem
    assert form.title != path.stem, "a form has a title in Chinese"
    drawn = [each.key for row in form.layout for each in row.fields]
    assert sorted(drawn) == sorted(each.key for each in form.fields), "each field stands in exactly one cell"
    assert all(sum(cell.columns for cell in row.cells) <= 16 for row in form.layout)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "bad-json"), (b"{", "bad-json"), (b"\xff\xfe\x00", "bad-json"), (b"[" * 100_000, "bad-json"), (b"[]", "not-a-form"),
        (b"{}", "not-a-form"), (b'{"components": 3}', "not-a-form"), (b'{"components": []}', "no-id"),
    ],
)  # fmt: skip
def test_what_is_no_form_is_told_without_a_trace(content: bytes, rule: str) -> None:
    assert rule in {each.rule for each in check_form(content, "x.form")}
    with pytest.raises(FormRefused):
        load_form(content, "x.form")


def test_all_findings_at_once_each_at_its_element() -> None:
    broken = file_of(
        [
            part("textfield", "a"),
            part("textfield", "a"),
            part("hologram", "b"),
            part("textfield", "c", validate={"pattern": "(["}),
            part("textfield", "d", conditional={"hide": "= if a then"}),
            part("textfield", "e", properties={"kind": "colour"}),
            part("select", "f"),
            part("textfield", "data"),
            part("number", "g", validate={"min": "=a"}),
            part("textfield", "h", properties={"warn": "= a = 1"}),
            part("datetime", "i", properties={"not_before": "nobody"}),
            part("textfield", "j", readonly="= a = 1"),
            {"type": "textfield", "id": "Field_k", "label": "no key"},
            {"type": "dynamiclist", "path": "m", "components": []},
            part("textfield", "n", properties={"require": "= ("}),
            part("textfield", "o", validate={"pattern": "(a+)+$"}),
            "text",
        ]  # type: ignore[list-item]
    )
    assert rules(broken) == {
        ("a", "duplicate-key"), ("b", "unknown-type"), ("c", "bad-pattern"), ("d", "bad-expression"), ("e", "unknown-kind"),
        ("f", "no-choices"), ("data", "bad-key"), ("g", "bad-bound"), ("h", "warn-message"), ("i", "no-such-field"),
        ("j", "readonly-expression"), ("Field_k", "no-key"), ("m", "no-columns"), ("n", "bad-expression"), ("o", "bad-pattern"),
        ("", "bad-component"),
    }  # fmt: skip
    for finding in check_form(broken, "x.form"):
        assert finding.tell("zh")
        assert finding.tell("en")
        assert finding.tell("zh") != finding.tell("en")


@pytest.mark.parametrize(
    "damage",
    [
        {"validate": []}, {"properties": "x"}, {"properties": {"kind": 3}}, {"layout": 7}, {"layout": {"row": 1, "columns": "x"}},
        {"conditional": "x"}, {"conditional": {"hide": 1}}, {"values": "x"}, {"values": [1, None]}, {"label": None}, {"key": 5},
        {"key": None}, {"type": None}, {"type": ["a"]}, {"defaultValue": {"a": 1}}, {"components": 1}, {"description": []},
        {"validate": {"minLength": True}}, {"validate": {"pattern": 3}}, {"readonly": 1},
    ],
)  # fmt: skip
def test_no_damage_makes_a_trace(damage: dict[str, Any]) -> None:
    for type in ("textfield", "select", "dynamiclist", "datetime", "text", "group"):
        component = {"type": type, "key": "a", "path": "a", "label": "a", "components": [], **damage}
        assert isinstance(check_form(file_of([component]), "x.form"), list)


def test_stock_parts_that_no_paper_has_are_left_out_with_a_warning() -> None:
    content = file_of([part("textfield", "a"), part("button", "b"), part("html", "c")])
    assert {each.severity for each in check_form(content, "x.form")} == {"warning"}
    assert [each.key for each in load_form(content, "x.form").fields] == ["a"]


def test_kind_comes_from_the_property_else_from_the_type() -> None:
    form = form_of(
        part("textfield", "a", properties={"kind": "money"}), part("textarea", "b"), part("checkbox", "c")
    )
    assert [each.kind for each in form.fields] == ["money", "long_text", "yes_no"]


def test_a_group_hands_its_condition_to_its_fields() -> None:
    inner = part("textfield", "b", conditional={"hide": "= a = 2"})
    group = {
        "type": "group",
        "label": "G",
        "id": "g",
        "conditional": {"hide": "= a = 1"},
        "components": [inner],
    }
    form = form_of(part("number", "a"), group)
    hide = form.field("b").hide
    assert hide is not None
    assert hide.names == {"a"}
    assert form.layout[1].cells[0].heading


def test_rows_of_the_layout_are_sixteen_columns_and_share_what_is_left() -> None:
    def at(row: str, columns: int | None) -> dict[str, Any]:
        return {"layout": {"row": row, "columns": columns}}

    form = form_of(
        part("textfield", "a", **at("r", 4)),
        part("textfield", "b", **at("r", None)),
        part("textfield", "c", **at("r", None)),
        part("textfield", "d"),
        part("textfield", "e", **at("s", 10)),
        part("textfield", "f", **at("s", 10)),
    )
    assert [[cell.columns for cell in row.cells] for row in form.layout] == [[4, 6, 6], [16], [10], [10]]


def test_neighbours_with_one_paper_label_share_a_cell() -> None:
    place = {"layout": {"row": "r", "columns": 4}, "properties": {"cell": "授权时间(起止)"}}
    form = form_of(part("datetime", "a", **place), part("datetime", "b", **place))
    (cell,) = form.layout[0].cells
    assert (cell.label, cell.columns, [each.key for each in cell.fields]) == ("授权时间(起止)", 8, ["a", "b"])
    assert cell.field is None


def test_an_opinion_text_is_a_box() -> None:
    text = {
        "type": "text",
        "id": "t",
        "text": "申请单位意见",
        "properties": {"opinion": "unit_opinion", "synonyms": "部门意见、申报单位意见"},
    }
    form = form_of(text)
    assert form.layout[0].cells[0].box == form.boxes[0]
    assert (form.boxes[0].key, form.boxes[0].label) == ("unit_opinion", "申请单位意见")
    assert form.boxes[0].synonyms == ("部门意见", "申报单位意见")


def test_a_form_knows_which_variables_around_it_reads() -> None:
    form = form_of(
        part("textfield", "a", properties={"require": "= stage = 2 and b = 1"}), part("number", "b")
    )
    assert form.reads() == {"stage"}


def test_the_hash_is_of_the_content() -> None:
    one, two = file_of([part("textfield", "a")]), file_of([part("textfield", "b")])
    assert load_form(one, "x").content_hash != load_form(two, "x").content_hash
    assert load_form(one, "x").content_hash == load_form(one, "y").content_hash


def test_an_editor_that_saves_the_form_again_changes_nothing_in_it() -> None:
    content = (FORMS / "admission_application.form").read_bytes()
    again = json.dumps(json.loads(content)).encode()
    one, two = load_form(content, "a"), load_form(again, "a")
    assert [(each.key, each.kind, each.label, each.synonyms, each.properties) for each in one.fields] == [
        (each.key, each.kind, each.label, each.synonyms, each.properties) for each in two.fields
    ]
