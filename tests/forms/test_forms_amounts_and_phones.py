"""Numbers, money, telephones, and the cells that hold two of them."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from forms.kinds import KINDS
from forms.schema import load_form
from forms.written.amounts import read_money, read_number, show_money
from forms.written.compounds import parse_contact_and_phone, parse_money_and_source
from forms.written.phones import read_phone


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("36000.5元", "36000.5"),
        ("36000.50", "36000.5"),
        ("1,200", "1200"),
        ("1\uff0c200元", "1200"),
        ("3万元", "30000"),
        ("3.6万", "36000"),
        ("\uffe53000", "3000"),
        ("¥1,200.00", "1200"),
        ("人民币3万元", "30000"),
        ("三万", "30000"),
        ("叁万陆仟元整", "36000"),
        ("十五万元", "150000"),
        ("\uff13\uff10\uff10\uff10", "3000"),
        ("0", "0"),
        ("120000.0", "120000"),
        ("1.2E5", "120000"),
        ("36000.499999999996", "36000.5"),
    ],
)
def test_an_amount_is_written_in_many_ways(text: str, amount: str) -> None:
    assert str(read_money(text)) == amount


@pytest.mark.parametrize(
    "text", ["约三万", "", "元", "2-3万元", "1,20", "若干", "3万元左右", "每年3万", "NaN", "Infinity", "万"]
)
def test_what_is_no_plain_amount_is_none(text: str) -> None:
    assert read_money(text) is None


def test_a_number_takes_full_width_digits_and_groups() -> None:
    assert read_number("\uff11\uff0c\uff12\uff10\uff10\uff0e\uff15") == Decimal("1200.5")
    assert read_number("12人") is None


def test_money_is_shown_with_groups_and_cents_only_where_there_are_some() -> None:
    assert show_money(Decimal("36000.5")) == "36,000.50 元"
    assert show_money(Decimal("120000")) == "120,000 元"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "13800138000"),
        ("13800138000.0", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("022-84908838", "022-84908838"),
        ("(022)84908838", "022-84908838"),
        ("022 84908838", "022-84908838"),
        ("02284908838", "022-84908838"),
        ("022-84908838转801", "022-84908838转801"),
        ("022-84908838-801", "022-84908838转801"),
        ("0317-2345678", "0317-2345678"),
        ("400-8001234", "400-8001234"),
        ("\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10", "13800138000"),
        ("13800138000/022-84908838", "13800138000、022-84908838"),
    ],
)
def test_a_telephone_number_is_written_in_many_ways(text: str, number: str) -> None:
    assert read_phone(text) == number


@pytest.mark.parametrize(
    "text",
    ["1380013", "1.38E+10", "1.3800138E+10", "84908838", "12800138000", "无", "", "138001380001", "022-123"],
)
def test_what_cannot_be_dialled_is_no_number(text: str) -> None:
    assert read_phone(text) is None


@pytest.mark.parametrize(
    ("text", "amount", "source"),
    [
        ("36000.5元(部门预算)", "36000.5元", "部门预算"),
        ("36000.5元\uff08部门预算\uff09", "36000.5元", "部门预算"),
        ("3万元,区级财政专项", "3万元", "区级财政专项"),
        ("1,200元 区级", "1,200元", "区级"),
        ("部门预算36000元", "36000元", "部门预算"),
        ("部门预算(3万元)", "3万元", "部门预算"),
        ("金额:3万元 来源:市级", "3万元", "市级"),
        ("约三万(部门预算)", "约三万", "部门预算"),
        ("12000", "12000", ""),
        ("无", "无", ""),
    ],
)
def test_amount_and_source_are_told_apart(text: str, amount: str, source: str) -> None:
    assert parse_money_and_source(text) == (amount, source)


@pytest.mark.parametrize(
    ("text", "name", "phone"),
    [
        ("吴桂玉 022-84908838", "吴桂玉", "022-84908838"),
        ("吴桂玉13800138000", "吴桂玉", "13800138000"),
        ("吴桂玉\uff0c022-84908838", "吴桂玉", "022-84908838"),
        ("13800138000(吴桂玉)", "吴桂玉", "13800138000"),
        ("联系人:吴桂玉 电话:138 0013 8000", "吴桂玉", "138 0013 8000"),
        ("吴桂玉 1380013", "吴桂玉", "1380013"),
        ("吴桂玉", "吴桂玉", ""),
        ("\U00020bb7田 13800138000", "\U00020bb7田", "13800138000"),
    ],
)
def test_contact_and_phone_are_told_apart_and_rare_names_stay(text: str, name: str, phone: str) -> None:
    assert parse_contact_and_phone(text) == (name, phone)


def test_a_year_is_written_without_a_mark_between_its_thousands() -> None:
    form = load_form(
        (Path(__file__).parents[2] / "forms/refresh_start.form").read_bytes(), "refresh_start.form"
    )
    year = form.field("year")
    assert KINDS["number"].show(Decimal(2026), year, None, "zh") == "2026"  # type: ignore[arg-type]
    assert KINDS["number"].show(Decimal(2026), replace(year, properties={}), None, "zh") == "2,026"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("三万五千", 35000),
        ("三万五千元", 35000),
        ("十万", 100000),
        ("三万零五百", 30500),
        ("三十五万六千", 356000),
        ("壹佰贰拾叁万肆仟伍佰陆拾柒元整", 1234567),
        ("一亿零五", 100000005),
        ("一百零二", 102),
        ("12 000元", 12000),
        ("\uff13\uff0e\uff15万", 35000),
    ],
)
def test_amounts_in_words_and_groups_are_read_whole(text: str, amount: int) -> None:
    assert read_money(text) == amount


@pytest.mark.parametrize(
    "text", ["三万五", "一万二", "二百五", "三五万", "一二三", "3 5万", "1 2", "3.5W", "3万5", "百万"]
)
def test_amounts_that_leave_something_out_are_none(text: str) -> None:
    assert read_money(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "30000-50000元",
        "3至5万元",
        "3、5万元",
        "3万元~5万元",
        "不低于3万元",
        "3万元以内,区级财政",
        "3万元/年",
        "3万元(每年)",
        "每人50元",
        "100元×30人",
        "500元/社区,部门预算",
        "2万元(市级)1万元(区级)",
        "2026年3万元,部门预算",
        "12个月工资,部门预算",
        "1000元/月,共12个月",
        "三万元(每年)",
    ],
)
def test_what_is_not_the_whole_sum_is_no_amount_with_a_source(text: str) -> None:
    amount, source = parse_money_and_source(text)
    assert (amount, source) == (text, "")
    assert read_money(amount) is None


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("3万元,其中市级2万元、区级1万元", "其中市级2万元、区级1万元"),
        ("3万元(市级2万元,区级1万元)", "市级2万元,区级1万元"),
        ("共3万元", ""),
    ],
)
def test_the_parts_of_a_sum_may_stand_beside_it(text: str, source: str) -> None:
    assert parse_money_and_source(text) == ("3万元", source)


@pytest.mark.parametrize(
    ("text", "name", "phone"),
    [
        ("张三:13800138000/022-84908838", "张三", "13800138000/022-84908838"),
        ("张三(办公室)022-84908838", "张三(办公室)", "022-84908838"),
        ("022-84908838转801 张三", "张三", "022-84908838转801"),
        ("张三13800138000,李四13900139000", "张三13800138000,李四13900139000", ""),
    ],
)
def test_several_numbers_stay_with_their_person_or_are_not_split(text: str, name: str, phone: str) -> None:
    assert parse_contact_and_phone(text) == (name, phone)


@pytest.mark.parametrize("text", ["022-8490883", "0228490883", "010-1234567"])
def test_a_digit_that_lacks_is_seen_by_the_area_code(text: str) -> None:
    assert read_phone(text) is None
