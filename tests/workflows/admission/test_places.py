"""Packages of places: each is whole, each difference stands in its document, an office makes its own by copying one."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfWriter

from forms.feel import World
from forms.feel.calendar import china
from forms.schema import load_form
from tests.conftest import MORNING
from webapp.cli import zhunru
from workflows.admission import catalogue, package, places, shipped
from workflows.admission.places import Difference, Place
from workflows.engine.dmn import load_decisions
from workflows.usecases import definitions, files, inbox

POLICIES = Path(__file__).parents[2] / "data" / "policies"
PLACES = places.shipped_places()
DOCUMENTS = {
    "tianjin_district": "003",
    "tianjin": "000",
    "daxing": "001",
    "panzhihua": "002",
    "beijing": "004",
}
QUOTED = [(place, each) for place in PLACES for each in place.differences if not each.told]
# Two of the documents were saved in traditional characters, with pronunciations strewn in.
TRADITIONAL = dict(
    zip(
        "優內兩務區協單報實審對導層屬廣應據書會構機減準為稱簡簽級組結給統經綜縣織職聽臺"
        "與見規訂設評調請證議負責買費賬購轉進違鄉銷錄門開關隨電項須頓領黨",
        "优内两务区协单报实审对导层属广应据书会构机减准为称简签级组结给统经综县织职听台"
        "与见规订设评调请证议负责买费账购转进违乡销录门开关随电项须顿领党",
        strict=True,
    )
)


def plain(text: str) -> str:
    """The words of a sentence: simplified, without spaces, strewn pronunciations and width of signs."""
    text = re.sub(r"[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ]+[)）]", "", text)
    text = "".join(TRADITIONAL.get(sign, sign) for sign in text)
    return re.sub(r"""[\s,，、。.;；:："'“”‘’()（）〔〕]""", "", text)


def by_key(value: object) -> str:
    return value.key if isinstance(value, Place) else value.what if isinstance(value, Difference) else ""


# ------------------------------------------------------------------ every package
def test_the_five_places_of_the_documents_and_xicheng_are_there() -> None:
    assert [place.key for place in PLACES] == [
        "tianjin_district", "tianjin", "daxing", "panzhihua", "beijing", "xicheng",
    ]  # fmt: skip
    assert {place.key for place in PLACES} - {"xicheng"} == set(DOCUMENTS)


@pytest.mark.parametrize("place", PLACES, ids=by_key)
def test_a_package_can_be_deployed_and_every_difference_is_proved_by_a_test_that_passes(place: Place) -> None:
    assert places.verify(place) == []


@pytest.mark.parametrize(("place", "difference"), QUOTED, ids=by_key)
def test_the_sentence_a_difference_rests_on_stands_in_the_document(
    place: Place, difference: Difference
) -> None:
    document = (POLICIES / f"{DOCUMENTS[place.key]}.txt").read_text(encoding="utf-8")
    assert [line for line in document.splitlines() if plain(difference.sentence) in plain(line)]


@pytest.mark.parametrize("place", PLACES, ids=by_key)
def test_what_is_not_quoted_says_where_it_was_told(place: Place) -> None:
    assert all(re.search(r"\w+\.\w+/", each.source) for each in place.differences if each.told)


@pytest.mark.parametrize("place", PLACES, ids=by_key)
def test_a_place_keeps_every_field_of_a_form_it_replaces(place: Place) -> None:
    before = {source.name: source for source in shipped.sources() if source.kind == "form"}
    for source in place.own():
        if source.name in before:
            old, new = (
                load_form(before[source.name].content, source.name),
                load_form(source.content, source.name),
            )
            assert {field.key for field in old.fields} - {field.key for field in new.fields} == set()


@pytest.mark.parametrize("place", PLACES, ids=by_key)
def test_the_days_ahead_are_the_same_in_the_decision_and_on_the_form(place: Place) -> None:
    sources = {source.name: source for source in place.sources()}
    decisions = load_decisions(sources["time_limits.dmn"].content, "time_limits.dmn")
    world = World(at=MORNING, calendar=china())
    notice = decisions.evaluate("time_limits", {"duration_class": "long_term"}, world).outputs["notice"]
    form = sources["admission_application.form"].content.decode()
    assert set(re.findall(r"不足 (\d+) 个工作日", form)) == {str(notice)}
    assert set(re.findall(r"period_start\) (?:<|>=) (\d+)", form)) == {str(notice)}


# ------------------------------------------------------------------ an office of a place
def follow(office: Any, key: str) -> package.SetUp:
    return package.set_up(office.runtime, place=places.find(key))


def pdf() -> bytes:
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.write(out)
    return out.getvalue()


def newest(office: Any, key: str) -> tuple[int, str]:
    with office.reading() as tx:
        return next((v.version, v.deployed_by) for v in definitions.overview(tx) if v.key == key)


def test_in_panzhihua_an_agreement_is_signed_the_document_carried_in_and_the_matter_withdrawn_when_done(
    office: Any,
) -> None:
    follow(office, "panzhihua")
    instance_id = office.apply()
    office.receive()
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.decide()
    with office.runtime.transaction(at=office.at) as tx:
        paper = files.receive(tx.runtime, "批准.pdf", pdf())
        scan = files.store(tx, paper, office.actor(tx, "clerk"))
    office.do(
        "clerk", "higher", decision="agree", approving_body="县（区）社区建设领导协调机构",
        approval_number="攀社建〔2026〕3号", approved_on="2026-03-16",
        approval_scan=[str(scan.id)],
    )  # fmt: skip
    assert (office.todo("seal"), office.todo("court")) == ([], ["agreement"])
    office.do(
        "court", "agreement", decision="signed", agreement_number="协2026-1", agreement_on="2026-03-16",
        agreement_funds="36000", agreement_form="once",
    )  # fmt: skip
    office.do("seal", "seal", decision="agree", sealed_on="2026-03-16", copies="3")
    assert (office.todo("xinli"), office.todo("court")) == ([], ["carry"])
    office.do(
        "court", "carry", decision="carried", document_number="攀社建〔2026〕3号", carried_by="吴桂玉",
        carried_on="2026-03-16",
    )  # fmt: skip
    office.hand_over()
    office.later(days=60)
    assert office.matter(instance_id).state == "in_force"
    office.do("court", "done", decision="done", finished_on="2026-05-10", work_result="送达完毕")
    assert office.view(instance_id).status == "completed"
    matter = office.matter(instance_id)
    assert matter.state == "ended"
    assert (matter.values["exit_number"], matter.values["exit_kind"]) == ("准〔2026〕退0001号", "done")


def test_in_xicheng_a_matter_is_decided_within_fifteen_working_days_by_the_working_group(office: Any) -> None:
    follow(office, "xicheng")
    instance_id = office.apply()
    office.receive()
    with office.reading() as tx:
        (item,) = inbox.todo(tx, office.actor(tx, "clerk"), None, 1, 20).items
    assert item.due.at.date().isoformat() == "2026-04-07"
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.decide()
    assert office.todo("clerk") == ["higher"]
    office.do(
        "clerk", "higher", decision="refuse", approving_body="区社区减负工作组", approved_on="2026-03-16",
        opinion="可由本单位人员承担",
    )  # fmt: skip
    assert office.view(instance_id).outcome == "不予准入"


def test_in_tianjin_nothing_goes_up_before_the_base_was_heard(
    office: Any, application: dict[str, Any]
) -> None:
    follow(office, "tianjin")
    office.start("court", "apply", application)
    assert (office.todo("court"), office.todo("court_head")) == (["hear"], [])
    office.do(
        "court", "hear", decision="heard", heard_on="2026-03-16", heard_how="meeting",
        heard_from=["新立街道"], heard_said="希望减少频次", heard_taken="每季一次",
    )  # fmt: skip
    assert office.todo("court_head") == ["unit_head"]


def test_in_daxing_an_edition_is_called_as_the_place_calls_its_lists(office: Any) -> None:
    follow(office, "daxing")
    with office.runtime.transaction(at=office.at) as tx:
        made = catalogue.new_edition(tx, 2027, "import")
        assert catalogue.edition(tx, made).title == "社区工作事项清单(2027年版)"


def test_an_office_keeps_to_its_place_when_it_is_set_up_again(office: Any) -> None:
    assert follow(office, "xicheng").place == "北京市西城区"
    again = package.set_up(office.runtime)
    assert (again.definitions, again.place) == (0, "北京市西城区")
    assert "规则包：北京市西城区" in again.lines()
    back = follow(office, "tianjin_district")
    assert back.place == "天津某区"
    with office.reading() as tx:
        limits = next(v for v in definitions.overview(tx) if v.key == "time_limits")
        shipped_ones = {source.name: source.content for source in shipped.sources()}
        assert definitions.content(tx, limits.resource_id).content == shipped_ones["time_limits.dmn"]


def test_what_the_office_changed_itself_no_package_replaces(office: Any) -> None:
    (limits,) = (source for source in shipped.sources() if source.name == "time_limits.dmn")
    with office.runtime.transaction(at=office.at) as tx:
        admin = office.actor(tx, "clerk")
        admin = type(admin)(**{**admin.__dict__, "permissions": frozenset({"definitions.deploy"})})
        twelve = limits.content.replace(b"<text>10</text>", b"<text>12</text>")
        definitions.deploy(tx, [type(limits)("time_limits.dmn", twelve)], admin)
    assert follow(office, "xicheng").kept == ("time_limits.dmn",)
    assert newest(office, "time_limits") == (2, "clerk")


# ------------------------------------------------------------------ one's own, as chapter 13 of the manual says
def run(*arguments: str) -> Any:
    return CliRunner().invoke(zhunru, list(arguments))


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text, path.name
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_an_office_makes_its_own_by_copying_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(tmp_path / "var"))
    mine = tmp_path / "mine"
    assert run("places", "xicheng", "--copy", str(mine)).exit_code == 0
    assert run("places", "xicheng", "--copy", str(mine)).exit_code == 2  # nothing is written over
    change(mine / "place.yaml", "北京市西城区", "某市某区")
    change(mine / "time_limits.dmn", "<text>15</text>", "<text>20</text>")
    told = run("places", str(mine))
    assert (told.exit_code, "的办理期限应为 2026-04-07，实际为2026-04-14" in told.output) == (1, True)
    change(mine / "place.yaml", "15 个工作日", "20 个工作日")
    assert "里没有用例“自收件之日起 20 个工作日审结”" in run("places", str(mine)).output
    change(mine / "limits.test.yaml", "15 个工作日", "20 个工作日")
    change(mine / "limits.test.yaml", "2026-04-07", "2026-04-14")
    told = run("places", str(mine))
    assert (told.exit_code, told.output.splitlines()[-1]) == (0, "检查、用例均通过")
    assert run("test", str(mine)).output.endswith(" 0 failed\n")
    done = run("init", "--place", str(mine), "--json")
    assert json.loads(done.stdout)["place"] == "某市某区"
    again = json.loads(run("init", "--json").stdout)
    assert again["place"] == "mine"


def test_the_packages_are_listed() -> None:
    listed = run("places").output.splitlines()
    assert [line.split()[0] for line in listed] == [place.key for place in PLACES]
    assert "提前 30 个工作日申请" in listed[-1]
    document = json.loads(run("places", "xicheng", "--json").stdout)
    assert document["faults"] == []
    assert document["differences"][1]["files"] == ["time_limits.dmn"]


def test_a_place_nobody_knows_is_refused_with_those_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(tmp_path))
    told = run("init", "--place", "shanghai")
    assert told.exit_code == 1
    assert "没有规则包“shanghai”，可用：tianjin_district、tianjin" in told.output
    assert not list(tmp_path.glob("*.sqlite"))


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("- 1", "place.yaml 应为 name"),
        ("name: x", "缺少 differences 列表"),
        ("name: [", "不是有效的 YAML"),
        ("name: &a x\ndifferences: [*a]", "不支持 YAML 锚点与别名"),
        ("name: x\nplaces: 1\ndifferences: []", "不认识的项“places”"),
        ("name: x\ndifferences: [{what: a}]", "sentence 应为文字"),
        ("name: x\nsource: s\ndifferences: [{what: a, sentence: b, proof: [c]}]", "测试文件: 用例名"),
    ],
)
def test_a_description_that_cannot_be_used_says_why(tmp_path: Path, description: str, told: str) -> None:
    (tmp_path / "place.yaml").write_text(description, encoding="utf-8")
    answer = run("places", str(tmp_path))
    assert answer.exit_code == 1
    assert told in answer.output


def test_a_file_that_rests_on_no_sentence_and_a_difference_nothing_proves_are_told(tmp_path: Path) -> None:
    (tmp_path / "place.yaml").write_text(
        "name: x\nsource: s\ndifferences:\n"
        "  - {what: 甲, sentence: b, files: [gone.dmn], proof: [review.test.yaml: 没有的用例]}\n"
        "  - {what: 乙, sentence: b}\n",
        encoding="utf-8",
    )
    (limits,) = (source for source in shipped.sources() if source.name == "time_limits.dmn")
    (tmp_path / "time_limits.dmn").write_bytes(limits.content)
    lines = run("places", str(tmp_path)).output
    for told in (
        "time_limits.dmn：没有写明它依据文件的哪一句", "“甲”：规则包里没有 gone.dmn",
        "“甲”：review.test.yaml 里没有用例“没有的用例”", "“乙”：没有写明由哪个用例证明",
    ):  # fmt: skip
        assert told in lines
