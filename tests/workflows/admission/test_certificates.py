"""证明与印章: a request at the counter is compared with the list, refused with its reason or sealed and numbered."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from forms.binding import bind
from workflows.admission import certificate_items, certificates, official, seal_uses
from workflows.store.tables import number
from workflows.usecases import definitions, imports, instances, lists
from workflows.usecases.errors import NotAllowed
from workflows.usecases.import_targets import ImportItem

COMMUNITY = "新立街道/新立津门里社区居民委员会"
LIST = (
    {
        "item_name": "居住情况证明",
        "permitted": "yes",
        "legal_basis": "《居住证暂行条例》",
        "materials_needed": "身份证",
    },
    {
        "item_name": "无犯罪记录证明",
        "permitted": "no",
        "reason_class": "other_duty",
        "reason": "公安机关掌握，社区不掌握",
        "go_to": "公安派出所",
    },
)
REQUEST = {
    "community": COMMUNITY,
    "item_name": "居住情况证明",
    "purpose": "办理居住证",
    "applicant_name": "史文秀",
    "id_number": "130133199002150027",
    "statement": "居住在6号楼。",
    "promised": "yes",
}


@pytest.fixture
def counter(office: Any) -> Any:
    """The office with a list, and the community's clerk who keeps the seal too."""
    from workflows.store.tables import account, account_role

    with office.runtime.transaction(at=office.at) as tx:
        items = [ImportItem(index, "清单", index, each) for index, each in enumerate(LIST)]
        certificate_items.take_in(tx, items, office.actor(tx, "clerk"))
        found = tx.db.execute(account.select().where(account.c.username == "jinmen")).one()
        tx.db.execute(account_role.insert(), {"account_id": found.id, "role": "community_seal"})
    return office


def ask(office: Any, who: str = "jinmen", **changes: Any) -> int:
    return int(office.start(who, "certificate", {**REQUEST, **changes}))


def issued(office: Any) -> int:
    instance_id = ask(office)
    office.do("jinmen", "verify", decision="issue", opinion="情况属实")
    office.do("jinmen", "seal", decision="agree", copies="2", sealed_on="2026-03-16")
    return instance_id


def line(office: Any, who: str = "jinmen") -> certificates.Certificate:
    with office.reading() as tx:
        (found,) = certificates.search(tx, office.actor(tx, who), {}).items
    return found


def test_what_the_list_permits_is_verified_sealed_and_numbered(counter: Any) -> None:
    instance_id = issued(counter)
    assert counter.view(instance_id, "jinmen").outcome == "已出具"
    found = line(counter)
    assert (found.number, found.state) == ("社证〔2026〕00001号", "issued")
    assert str(found.valid_until) == "2026-06-14"
    with counter.reading() as tx:
        (use,) = seal_uses.uses(tx, counter.actor(tx, "jinmen"), {}).items
        assert (use.used_by, str(use.used_on), use.copies) == ("jinmen", "2026-03-16", 2)
        assert use.subject == "居住情况证明 社证〔2026〕00001号"
        assert use.purpose == "办理居住证"
        assert (use.kind, use.seal, use.approved_by) == ("certificate", "居民委员会印章", "jinmen")
        _name, content = certificates.printed(tx, found.id, counter.actor(tx, "jinmen"))
    assert content[:2] == b"PK"


def test_a_certificate_outside_the_list_is_refused_with_a_sentence(counter: Any) -> None:
    instance_id = ask(counter, item_name="奶牛养殖证明")
    assert counter.view(instance_id, "jinmen").outcome == "不予出具(不在清单内)"
    assert counter.todo("jinmen") == []
    found = line(counter)
    assert (found.state, found.finding, found.number) == ("refused", "outside", "")
    assert found.reason.startswith(
        "“奶牛养殖证明”不在证明事项清单内，不予出具：只有清单内的证明才能使用社区印章。"
    )


def test_what_the_list_refuses_is_refused_with_its_reason_and_where_to_go(counter: Any) -> None:
    ask(counter, item_name="无犯罪记录 证明")
    found = line(counter)
    assert (found.state, found.item_name) == ("refused", "无犯罪记录证明")
    assert found.reason == (
        "“无犯罪记录证明”不予出具：属于部门、单位职责范围，公安机关掌握，社区不掌握。请到公安派出所办理。"
    )
    with counter.reading() as tx:
        with pytest.raises(certificates.NotIssued):
            certificates.printed(tx, found.id, counter.actor(tx, "jinmen"))
        content = official.workbook(tx, found.instance_id, counter.actor(tx, "jinmen"))
    assert content[:2] == b"PK"  # the request, with the reason, is what the resident takes home


def test_the_list_answers_while_the_form_is_filled_in(counter: Any) -> None:
    with counter.reading() as tx:
        setting = instances.start_setting(tx, "certificate", counter.actor(tx, "jinmen"))
        form = definitions.start_form(tx, "certificate")
        told = bind(form, REQUEST, setting).values["list_check"]
        other = bind(form, {**REQUEST, "community": "新立街道/新立华新社区居民委员会"}, setting)
        lied = bind(form, {**REQUEST, "promised": "no"}, setting)
    assert told == "“居住情况证明”在清单内，可以出具。依据：《居住证暂行条例》。须核对：身份证。"
    assert [each.tell() for each in other.faults if each.severity == "error"] == [
        "“新立华新社区居民委员会”不是您所在的社区，也不属于您所在的街道，不能代为出具证明"
    ]
    assert lied.stopped


def test_a_subdistrict_enters_for_its_community_and_another_does_not(counter: Any) -> None:
    ask(counter, "xinli")
    assert counter.todo("jinmen") == ["verify"]
    assert line(counter, "xinli").state == "asked"
    with counter.reading() as tx:
        assert certificates.search(tx, counter.actor(tx, "junliang"), {}).total == 0


def test_what_is_found_untrue_at_the_counter_is_refused_for_that(counter: Any) -> None:
    ask(counter)
    counter.do("jinmen", "verify", decision="refuse", refusal="untrue", opinion="查无此人居住")
    assert line(counter).reason == "所述情况不属实：查无此人居住"


def test_a_cancelled_certificate_keeps_its_number_and_is_told_to_be_no_good(counter: Any) -> None:
    issued(counter)
    found = line(counter)
    with counter.runtime.transaction(at=counter.at) as tx:
        with pytest.raises(certificates.ReasonWanted):
            certificates.cancel(tx, found.id, " ", counter.actor(tx, "jinmen"))
        with pytest.raises(NotAllowed):
            certificates.cancel(tx, found.id, "写错", counter.actor(tx, "clerk"))
        certificates.cancel(tx, found.id, "姓名写错", counter.actor(tx, "jinmen"))
        kept = tx.db.execute(number.select().where(number.c.text == found.number)).one()
        assert (kept.state, kept.reason) == ("cancelled", "姓名写错")
        told = certificates.verify(tx, found.number, found.check_code)
    assert told is not None
    assert told.state == "cancelled"
    issued(counter)
    with counter.reading() as tx:
        assert (
            certificates.search(tx, counter.actor(tx, "jinmen"), {}).items[0].number == "社证〔2026〕00002号"
        )


def test_a_number_is_looked_up_however_its_brackets_are_typed_and_names_nobody(counter: Any) -> None:
    issued(counter)
    code = line(counter).check_code
    typed = f" {code.lower().replace('-', '—')} "
    with counter.reading() as tx:
        told = [certificates.verify(tx, text, typed) for text in ("社证[2026] 00001号", "社证(2026)00001号")]
        assert certificates.verify(tx, "社证〔2026〕00009号", code) is None
        assert certificates.verify(tx, "", code) is None
    assert [each.state for each in told if each] == ["issued", "issued"]
    assert set(told[0].__dict__) == {"number", "item_name", "issued_on", "community", "state"}
    assert not any("史文秀" in str(value) for value in told[0].__dict__.values())
    counter.later(days=120)
    with counter.reading() as tx:
        late = certificates.verify(tx, "社证〔2026〕00001号", code)
    assert late is not None
    assert late.state == "expired"


def test_a_number_alone_or_with_the_code_of_another_tells_nothing(counter: Any) -> None:
    for _ in range(2):
        issued(counter)
    with counter.reading() as tx:
        second, first = certificates.search(tx, counter.actor(tx, "jinmen"), {}).items
        for code in ("", "-", second.check_code, first.check_code[:-1], f"{first.check_code}2"):
            assert certificates.verify(tx, first.number, code) is None, code
        assert certificates.verify(tx, first.number, first.check_code) is not None
        _name, content = certificates.printed(tx, first.id, counter.actor(tx, "jinmen"))
    told = [str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row]
    assert first.check_code in told
    assert first.check_code.replace("-", "").isalnum()
    assert len(first.check_code.replace("-", "")) == 10


def test_nobody_but_the_community_reads_whom_it_is_about(counter: Any) -> None:
    instance_id = issued(counter)
    for who, read in (("jinmen", True), ("xinli", True), ("clerk", False), ("chief", False)):
        view = counter.view(instance_id, who)
        told = str([each.values for each in view.submissions])
        assert ("史文秀" in told, "130133199002150027" in told) == (read, read), who
    with counter.reading() as tx, pytest.raises(NotAllowed):
        certificates.printed(tx, line(counter).id, counter.actor(tx, "clerk"))


def test_a_table_corrects_the_list_and_leaves_what_its_cells_leave_empty(counter: Any) -> None:
    with counter.runtime.transaction(at=counter.at) as tx:
        more = {"item_name": "居住情况 证明", "permitted": "no", "reason_class": "unable", "reason": "流动大"}
        certificate_items.take_in(tx, [ImportItem(0, "清单", 1, more)], counter.actor(tx, "clerk"))
        found = certificate_items.look(tx, "居住情况证明")
        assert len(certificate_items.listing(tx)) == 2
    assert (found.finding, found.item.legal_basis) == ("refused", "《居住证暂行条例》")


# ------------------------------------------------------------------ the work seal
WORK = {
    "community": COMMUNITY,
    "seal": "committee",
    "used_on": "2026-03-16",
    "copies": "3",
    "subject": "报送居民代表会议决议",
    "document": "津门里居〔2026〕2号",
    "purpose": "新立街道",
    "approved_by": "齐主任",
    "used_by": "小马",
}


def register(counter: Any, who: str = "jinmen", **query: Any) -> list[Any]:
    with counter.reading() as tx:
        return list(seal_uses.uses(tx, counter.actor(tx, who), query).items)


def test_a_use_of_the_work_seal_says_which_seal_who_when_what_for_and_how_many(counter: Any) -> None:
    counter.start("jinmen", "seal_use", WORK)
    (use,) = register(counter, kind="work")
    assert (use.seal, str(use.used_on), use.copies, use.subject) == (
        "居民委员会印章", "2026-03-16", 3, "报送居民代表会议决议",
    )  # fmt: skip
    assert (use.document, use.purpose, use.approved_by, use.used_by) == (
        "津门里居〔2026〕2号", "新立街道", "齐主任", "小马",
    )  # fmt: skip
    assert register(counter, "junliang") == []
    assert len(register(counter, "clerk")) == 1


@pytest.mark.parametrize(
    ("who", "changed", "sentence"),
    [
        ("junliang", {}, "“新立津门里社区居民委员会”不是您所在的社区，也不属于您所在的街道，不能登记其用印"),
        ("jinmen", {"used_on": "2026-03-20"}, "用印日期 2026-03-20 还没有到：用印之后再登记"),
        ("jinmen", {"approved_by": ""}, "请填写"),
        ("jinmen", {"copies": "0"}, "不应小于 1"),
    ],
)
def test_a_use_that_cannot_be_entered_is_told_why(
    counter: Any, who: str, changed: dict[str, str], sentence: str
) -> None:
    with counter.reading() as tx:
        form = definitions.start_form(tx, "seal_use")
        bound = bind(
            form, {**WORK, **changed}, instances.start_setting(tx, "seal_use", counter.actor(tx, who))
        )
    assert any(sentence in fault.tell("zh") for fault in bound.faults)


def test_the_register_goes_out_and_in_again_corrects_and_doubles_nothing(counter: Any) -> None:
    issued(counter)
    counter.start("jinmen", "seal_use", WORK)
    with counter.reading() as tx:
        actor = counter.actor(tx, "jinmen")
        content = io.BytesIO()
        lists.write(content, tx, "seal_uses", actor)
    book = openpyxl.load_workbook(content)
    sheet = book.active
    head = next(line for line in sheet.iter_rows() if "用印事由" in [cell.value for cell in line])
    column = {cell.value: cell.column for cell in head}
    work = next(line[0].row for line in sheet.iter_rows() if WORK["subject"] in [c.value for c in line])
    sheet.cell(work, column["份数"]).value = 5
    out = io.BytesIO()
    book.save(out)
    with counter.reading() as tx:
        found = imports.preview(tx, out.getvalue(), "登记簿.xlsx", "seal_use", counter.actor(tx, "jinmen"))
    assert sorted(str(record.change) for record in found.records) == ["changed", "unchanged"]
    assert [
        fault.tell("zh") for record in found.records for fault in record.faults if fault.severity == "error"
    ] == []
    with counter.runtime.transaction(at=counter.at) as tx:
        batch = imports.accept(tx, imports.stage(counter.runtime, found), counter.actor(tx, "jinmen"))
        while imports.run_chunk(tx, batch):
            pass
    assert [(use.kind, use.copies) for use in register(counter)] == [("work", 5), ("certificate", 2)]


def test_a_certificates_use_is_not_changed_by_a_table(counter: Any) -> None:
    issued(counter)
    (use,) = register(counter)
    with counter.reading() as tx:
        actor = counter.actor(tx, "jinmen")
        values = {"community": tx.units.find(COMMUNITY).id, "seal": "committee", "used_on": use.used_on}
        item = ImportItem(0, "登记簿", 3, {**values, "subject": use.subject, "copies": 9})
        told = seal_uses.check(tx, definitions.form(tx, "seal_use"), [item], actor)
    assert [(each.field, "由证明办理登记" in each.zh) for each in told] == [("subject", True)]
