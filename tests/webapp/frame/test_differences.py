"""What a new version changes, before it is deployed."""

from __future__ import annotations

import io
import json
from importlib.resources import files

import pytest
from flask.testing import FlaskClient

from webapp.differences import differences
from workflows.admission import shipped

FILES = {source.name: source.content for source in shipped.sources()}


def test_moving_a_shape_changes_nothing_and_a_name_changes_one_element() -> None:
    old = FILES["apply.bpmn"]
    assert differences(old, old.replace(b'<dc:Bounds x="', b'<dc:Bounds x="1'), ".bpmn") == []
    renamed = old.replace(
        b'<bpmn:serviceTask id="register" name="', b'<bpmn:serviceTask id="register" name="X'
    )
    assert [(each.kind, each.element) for each in differences(old, renamed, ".bpmn")] == [
        ("changed", "register")
    ]


def test_a_field_that_comes_or_goes_is_told_by_its_key() -> None:
    old = FILES["organisation_unit.form"]
    document = json.loads(old)
    gone = next(each for each in document["components"] if each.get("key"))
    document["components"].remove(gone)
    document["components"].append({"key": "fax", "label": "传真", "type": "textfield"})
    found = differences(old, json.dumps(document).encode(), ".form")
    assert {(each.kind, each.element) for each in found} == {("added", "fax"), ("removed", gone["key"])}


def test_what_a_step_says_otherwise_is_told_old_and_new() -> None:
    old = FILES["terminate.bpmn"]
    changed = old.replace(
        b'camunda:candidateGroups="review_clerk"', b'camunda:candidateGroups="grid_clerk"', 1
    )
    assert changed != old
    (found,) = differences(old, changed, ".bpmn")
    assert [(each.key, each.was, each.now) for each in found.changes] == [
        ("candidateGroups", "review_clerk", "grid_clerk")
    ]


def test_a_condition_a_time_and_a_property_belong_to_their_element() -> None:
    old = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><process id="p">
      <sequenceFlow id="f"><conditionExpression id="c">= a</conditionExpression></sequenceFlow>
      <boundaryEvent id="late" attachedToRef="a"><timerEventDefinition id="t">
        <timeDuration id="d">P5D</timeDuration></timerEventDefinition></boundaryEvent>
      <userTask id="a"><extensionElements><camunda:properties>
        <camunda:property name="opinion_box" value="one" />
      </camunda:properties></extensionElements></userTask>
      </process></definitions>"""
    new = old.replace(b"= a<", b"= b<").replace(b"P5D", b"P3D").replace(b'"one"', b'"two"')
    found = {
        each.element: [(c.key, c.was, c.now) for c in each.changes] for each in differences(old, new, ".bpmn")
    }
    assert found == {
        "f": [("conditionExpression", "= a", "= b")],
        "late": [("timeDuration", "P5D", "P3D")],
        "a": [("opinion_box", "one", "two")],
    }


def test_a_field_says_its_label_and_whether_it_is_required_old_and_new(full_admin: FlaskClient) -> None:
    old = FILES["organisation_unit.form"]
    document = json.loads(old)
    field = next(each for each in document["components"] if each.get("validate", {}).get("required"))
    was, field["label"] = field["label"], "新名称"
    field["validate"]["required"] = False
    new = json.dumps(document).encode()
    (found,) = differences(old, new, ".form")
    assert {(each.key, each.was, each.now) for each in found.changes} == {
        ("label", was, "新名称"),
        ("validate.required", "true", "false"),
    }
    data = {"files": (io.BytesIO(new), "organisation_unit.form")}
    page = full_admin.post("/definitions/new", data=data, content_type="multipart/form-data").text
    assert "必填 <del>是</del> → <ins>否</ins>" in page
    assert f"标签 <del>{was}</del> → <ins>新名称</ins>" in page


def test_another_limit_in_a_decision_is_told_by_its_rule() -> None:
    old = FILES["time_limits.dmn"]
    changed = old.replace(b"<text>10</text>", b"<text>15</text>", 1)
    assert changed != old
    (found,) = differences(old, changed, ".dmn")
    assert found.kind == "changed"
    assert found.name.endswith(" 10 → 15")
    assert "Rule_" not in found.name


@pytest.mark.parametrize("suffix", [".bpmn", ".dmn", ".form", ".xlsx", ".txt"])
def test_what_cannot_be_read_differs_in_nothing(suffix: str) -> None:
    assert differences(b"\x00", b"{", suffix) == []


def test_a_form_is_shown_as_it_is_filled_in(full_admin: FlaskClient) -> None:
    page = full_admin.get("/definitions/form/admission_application").text
    assert "填写样式" in page
    assert "disabled" in page
    assert 'type="date" id="p-period_start"' in page


def test_a_template_lists_its_named_cells(full_admin: FlaskClient) -> None:
    template = (files("templates_xlsx") / "审批表.xlsx").read_bytes()
    checked = full_admin.post(
        "/definitions/new",
        data={"files": (io.BytesIO(template), "审批表副本.xlsx")},
        content_type="multipart/form-data",
    )
    assert checked.status_code == 200, checked.text
    address = checked.text.partition('class="acts" method="post" action="')[2].partition('"')[0]
    page = full_admin.post(address, follow_redirects=True).text
    assert "<code>F_matter_name</code>" in page
