"""What a workbook was made from is told in one vocabulary; workbooks of earlier versions are still known."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.packaging.custom import IntProperty, StringProperty
from xlsx_drawn import template

from templates_xlsx.grid import open_workbook
from templates_xlsx.origin import Origin, origin_of
from templates_xlsx.package import Package
from templates_xlsx.stamping import stamped


def workbook(*properties: StringProperty | IntProperty) -> bytes:
    """A workbook with properties of its own."""
    book = openpyxl.Workbook()
    for each in properties:
        book.custom_doc_props.append(each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def told(content: bytes) -> Origin:
    return open_workbook(content, "x.xlsx").origin


def test_a_filled_template_of_before_is_known_by_the_properties_it_had() -> None:
    old = workbook(
        StringProperty(name="ZhunruTemplate", value="审批单"),
        IntProperty(name="ZhunruVersion", value=3),
        StringProperty(name="文号", value="1"),
    )
    assert told(old) == Origin("审批单", version=3)
    parts, added = stamped(Package(old), Origin("审批单", version=4))
    again = Package(old).replaced(parts, added)
    assert told(again) == Origin("审批单", version=4)
    assert Package(again).own_properties == {"文号": "1", "zhunru.template": "审批单", "zhunru.version": "4"}


def test_a_blank_form_of_before_is_known_by_the_properties_it_had() -> None:
    names = {"form": "leave_request", "version": "7", "hash": "0a1b", "task": "12"}
    old = workbook(*(StringProperty(name=f"zhunru.{name}", value=text) for name, text in names.items()))
    assert told(old) == Origin("", "leave_request", 7, "0a1b", 12)


def test_a_blank_form_redrawn_as_a_template_is_one_of_the_template_only() -> None:
    blank = workbook(
        StringProperty(name="zhunru.form", value="leave_request"),
        StringProperty(name="zhunru.task", value="12"),
    )
    parts, added = stamped(Package(blank), Origin("请假单", version=1))
    assert told(Package(blank).replaced(parts, added)) == Origin("请假单", version=1)


def test_what_is_written_is_read_and_templates_are_stamped_so() -> None:
    for origin in (Origin(), Origin("甲", version=2), Origin("", "leave", 1, "ab", 9)):
        assert origin_of(origin.properties()) == origin
    assert Package(template().content).own_properties == {"zhunru.template": "审批单", "zhunru.version": "3"}


@pytest.mark.parametrize("text", ["", "三", "٣", "-1", "9" * 40, "1.5"])
def test_a_version_that_is_no_number_is_none(text: str) -> None:
    assert origin_of({"zhunru.template": "甲", "zhunru.version": text}) == Origin("甲")
