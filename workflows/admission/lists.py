"""The lists of an admission office that go out as workbooks: 台账, 指导目录, answers of the yearly refresh, 监督反馈.

Importing this module registers them; `package` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from templates_xlsx.ledger_out import Column
from workflows.admission import (
    as_of,
    catalogue,
    catalogue_lists,
    certificate_items,
    certificates,
    comparing,
    evaluations,
    exit_answers,
    funds,
    ledger,
    ledger_directory,
    ledger_due,
    ledger_fields,
    permitted,
    refresh_answers,
    registry,
    seal_uses,
    sequences,
    statistics,
    supervisions,
)
from workflows.admission.finding import Filters
from workflows.admission.tables import catalogue_edition, exit_answer, matter, refresh_answer
from workflows.store.tables import instance, unit
from workflows.usecases import lists
from workflows.usecases.access import visible_to
from workflows.usecases.actor import Actor
from workflows.usecases.lists import OfficeList, Query, counted, register, walked
from workflows.usecases.runtime import Transaction


def _registry_query(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    return registry.ledger_query(tx, actor, Filters.from_query(query))


def _registry(tx: Transaction, actor: Actor, query: Query) -> Iterable[dict[str, Any]]:
    return registry.ledger_rows(tx, actor, Filters.from_query(query))


def _registry_head(tx: Transaction, query: Query) -> Mapping[str, Any]:
    day = Filters.from_query(query).day or tx.world.today
    title = catalogue_lists.register_title(tx, query)
    return {"sheet": "备案登记台账", "day": lists.chinese(day), **({"title": title} if title else {})}


def _edition(query: Query) -> int | None:
    text = str(query.get("edition") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _catalogue(tx: Transaction, actor: Actor, query: Query) -> Iterable[dict[str, Any]]:
    found = catalogue.asked(tx, _edition(query))
    return catalogue.workbook_rows(catalogue_lists.entries(tx, found.id, catalogue_lists.wanted(tx, query)))


def _catalogue_head(tx: Transaction, query: Query) -> Mapping[str, Any]:
    return catalogue_lists.heading(tx, _edition(query), catalogue_lists.wanted(tx, query))


REFRESH_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("year", "年度", "number", width=8),
    Column("unit", "责任部门", width=22),
    Column("filing_number", "准入编号", width=22),
    Column("name", "工作事务名称", "long_text", width=34),
    Column("answer", "确认", width=10),
    Column("note", "变更内容或终止原因", "long_text", width=40),
    Column("answered_on", "答复日期", "date", width=12),
    Column("answered_by", "填表人", width=12),
    Column("no_feedback", "未反馈", width=10),
)


def _refresh_query(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    """What the units answered in the yearly refresh, the latest year first."""
    found = (
        sa.select(
            refresh_answer,
            matter.c.name,
            matter.c.filing_number,
            unit.c.name.label("unit_name"),
            catalogue_edition.c.year,
        )
        .join(matter, matter.c.id == refresh_answer.c.matter_id)
        .join(unit, unit.c.id == refresh_answer.c.unit_id)
        .outerjoin(catalogue_edition, catalogue_edition.c.instance_id == refresh_answer.c.instance_id)
        .order_by(catalogue_edition.c.year.desc(), refresh_answer.c.unit_id, refresh_answer.c.id)
    )
    year = str(query.get("year") or "")
    if year.isascii() and year.isdigit() and len(year) == 4:
        found = found.where(catalogue_edition.c.year == int(year))
    return found


def _refresh(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    for row in tx.stream(_refresh_query(tx, actor, query)):
        yield {
            "year": row.year,
            "unit": row.unit_name,
            "filing_number": row.filing_number,
            "name": row.name,
            "answer": refresh_answers.ANSWERS.get(row.answer or "", "未答复"),
            "note": row.note,
            "answered_on": row.answered_on,
            "answered_by": row.answered_by,
            "no_feedback": "是" if row.no_feedback else "",
        }


def _in_force_head(tx: Transaction, query: Query) -> Mapping[str, Any]:
    wanted = as_of.asked(tx, query)
    where = f"({wanted.place.name})" if wanted.place else ""
    return {
        "title": f"社区工作事务在册清单{where}",
        "sheet": "在册清单",
        "day": lists.chinese(wanted.day),
    }


COMPARISON_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("kind", "变化", width=8),
    Column("class_name", "事项类别", width=18),
    Column("matter_name", "工作事务名称", "long_text", width=30),
    Column("applicant_unit", "责任部门", width=20),
    Column("filing_number", "准入编号", width=22),
    Column("what", "变化内容", width=18),
    Column("before", "旧版", "long_text", width=40),
    Column("after", "新版", "long_text", width=40),
)


def _two(tx: Transaction, query: Query) -> tuple[int, int]:
    """The editions that are compared (`old`, `new`); the one that stands and the one before it where none is named."""
    return comparing.pair(tx, _whole(query, "old"), _whole(query, "new"))


def _comparison(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    return comparing.rows(tx, *_two(tx, query))


def _comparison_head(tx: Transaction, query: Query) -> Mapping[str, Any]:
    old, new = (catalogue.edition(tx, each) for each in _two(tx, query))
    return {"title": f"《{old.title}》与《{new.title}》对照", "sheet": "版本对照"}


EXIT_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("street", "街道", width=16),
    Column("community", "社区", width=28),
    Column("answer", "停止情况", width=12),
    Column("stopped_on", "停止日期", "date", width=12),
    Column("answered_by", "答复人", width=12),
    Column("via", "答复方式", width=12),
    Column("answered_on", "答复日期", "date", width=12),
    Column("note", "说明", "long_text", width=30),
)
VIA = {"street": "街道代答", "community": "社区确认"}


def _whole(query: Query, name: str) -> int:
    text = str(query.get(name) or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _exit_query(tx: Transaction, actor: Actor, query: Query) -> sa.Select[Any]:
    """What communities answered at one exit (`exit`: its instance), seen by whom its process is seen."""
    seen = sa.select(instance.c.id).where(instance.c.id == _whole(query, "exit"), visible_to(actor))
    found = exit_answers.query_of(_whole(query, "exit"), str(query.get("answer") or ""))
    return found.where(exit_answer.c.instance_id.in_(seen))


def _exit_rows(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    for row in tx.stream(_exit_query(tx, actor, query)):
        yield {
            **row._mapping,
            "street": row.street_name,
            "community": row.community_name,
            "answer": exit_answers.ANSWERS[row.answer][0] if row.answer else "未答复",
            "via": VIA.get(row.via, ""),
        }


def _supervisions_count(tx: Transaction, actor: Actor, query: Query) -> int:
    return supervisions.search(tx, actor, supervisions.Filters.from_query(query), size=1).total


STATISTICS_COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("unit", "单位", width=28),
    Column("in_force", "有效事项", "number", width=10),
    Column("pending", "在办", "number", width=8),
    Column("expiring", "即将到期", "number", width=10),
    Column("admitted", "本年准入", "number", width=10),
    Column("refused", "本年不予准入", "number", width=12),
    Column("ended", "本年终止", "number", width=10),
    Column("average_days", "平均审结用时(工作日)", "number", width=18),
    Column("late", "超时审结", "number", width=10),
)


def _statistics_year(tx: Transaction, query: Query) -> int:
    text = str(query.get("year") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else tx.world.today.year


def _statistics(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    for each in statistics.by_unit(tx, actor, _statistics_year(tx, query)):
        yield {column.key: getattr(each, column.key, None) for column in STATISTICS_COLUMNS[1:]}


def _statistics_head(tx: Transaction, query: Query) -> Mapping[str, Any]:
    return {"title": f"社区工作事务准入统计({_statistics_year(tx, query)}年)", "sheet": "统计"}


ADMISSION_LISTS: tuple[OfficeList, ...] = (
    OfficeList(
        "registry",
        "社区工作事务准入备案登记台账",
        ledger_fields.columns,
        _registry,
        ("matters.export",),
        (
            "q",
            "text",
            "state",
            "unit",
            "scope",
            "executor",
            "duration_class",
            "class_name",
            "year",
            "expiring",
            "kind",
            "day",
            "sort",
        ),
        form="matter_backlog",
        head=_registry_head,
        count=counted(_registry_query),
    ),
    OfficeList(
        "in_force",
        "社区工作事务在册清单",
        ledger.columns(as_of.COLUMNS),
        as_of.rows,
        filters=("day", "community", "q"),
        head=_in_force_head,
        signatures=False,
        count=walked(as_of.rows),
    ),
    OfficeList(
        "numbers",
        "编号登记簿",
        sequences.COLUMNS,
        sequences.rows,
        ("matters.see_all",),
        ("year", "sequence", "state"),
        signatures=False,
        count=walked(sequences.rows),
    ),
    OfficeList(
        "statistics",
        "社区工作事务准入统计",
        STATISTICS_COLUMNS,
        _statistics,
        ("statistics.see",),
        ("year",),
        head=_statistics_head,
    ),
    OfficeList(
        "catalogue",
        "社区组织依法协助政府工作事务指导目录",
        ledger.columns(ledger.CATALOGUE_COLUMNS),
        _catalogue,
        filters=("edition", "list"),
        form="catalogue_entry",
        head=_catalogue_head,
        signatures=False,
    ),
    OfficeList(
        "comparison",
        "指导目录版本对照",
        COMPARISON_COLUMNS,
        _comparison,
        filters=("old", "new"),
        head=_comparison_head,
        signatures=False,
        count=walked(_comparison),
    ),
    OfficeList(
        "refresh",
        "年度更新逐项确认汇总",
        REFRESH_COLUMNS,
        _refresh,
        ("catalogue.edit",),
        ("year",),
        count=counted(_refresh_query),
    ),
    ledger_directory.DIRECTORY,
    ledger_due.LIST,
    certificate_items.LIST,
    *certificates.LISTS,
    seal_uses.LIST,
    OfficeList(
        "exit_answers",
        "社区停止情况汇总",
        EXIT_COLUMNS,
        _exit_rows,
        ("matters.export",),
        ("exit", "answer"),
        count=counted(_exit_query),
    ),
    OfficeList(
        "supervisions",
        "社区工作事务准入监督反馈台账",
        ledger.columns(supervisions.COLUMNS),
        supervisions.ledger_rows,
        ("matters.export",),
        ("q", "state", "unit", "finding"),
        count=_supervisions_count,
    ),
    OfficeList(
        "funds",
        "社区工作事务经费台账",
        ledger.columns(funds.COLUMNS),
        funds.ledger_rows,
        ("matters.export",),
        ("kind",),
        form="funds_entry",
        count=counted(funds.ledger_query),
    ),
    OfficeList(
        "evaluations",
        "社区工作事务效果评议结果",
        ledger.columns(evaluations.COLUMNS),
        evaluations.ledger_rows,
        ("matters.export",),
        ("evaluation", "unit"),
        count=evaluations.ledger_count,
    ),
    OfficeList(
        "evaluation_scores",
        "社区工作事务效果评议明细",
        ledger.columns(evaluations.SCORE_COLUMNS),
        evaluations.answers,
        (evaluations.SEE_ALL,),
        ("evaluation",),
        count=counted(evaluations.answers_query),
    ),
)

register(*ADMISSION_LISTS)
lists.FAMILIES.append((permitted.FORM_KEY, ledger_directory.rows_list))
