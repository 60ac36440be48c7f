"""What is admitted besides pieces of work: ledgers, boards, assessments, information systems. One admission for all.

Each kind has a form and an official table of its own, and a short diagram that calls `apply`. In the registry they are
matters of another `kind`; what only their form asks for stands in `details`, and so do the fields an office marks
`ledger` in any of these forms.
Source: 000 (the ledgers' list), 001 III.(2), (3), (6), 002 II.(2), III.(2).3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.kinds import values_to_json
from forms.masking import masked_keys
from forms.schema import Form
from workflows.engine import ServiceCall
from workflows.usecases import definitions, submissions
from workflows.usecases.runtime import InstanceRef, Transaction

FORM_VARIABLE = "application_form"
"""Variable of an admission: key of the form with which it began, for those who correct it."""


@dataclass(frozen=True)
class Kind:
    """One kind of what is admitted.

    Attributes:
        noun: what a sentence calls one of them.
        form, process: what it is applied with.
        details: fields that only its form has, in the order of its page.
        signs: what a name of this kind ends with or holds, for telling what was handed down.
    """

    key: str
    zh: str
    en: str
    noun: str
    form: str
    process: str
    details: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("matter", "工作事务", "Work", "事务", "admission_application", "apply"),
        Kind(
            "ledger",
            "台账报表",
            "Ledgers",
            "台账",
            "ledger_application",
            "admit_ledger",
            (
                "ledger_kind",
                "frequency",
                "due_days",
                "replaces",
                "column_list",
                "masked_readers",
                "already_collected",
                "collect_again",
            ),
            (
                "台账",
                "报表",
                "日报",
                "周报",
                "月报",
                "季报",
                "统计表",
                "登记表",
                "调查表",
                "一览表",
                "花名册",
            ),
        ),
        Kind(
            "board",
            "机构牌子",
            "Boards",
            "机构或牌子",
            "board_application",
            "admit_board",
            ("board_kinds", "board_place", "board_text", "replaces"),
            ("牌子", "挂牌", "标牌", "领导小组", "工作站", "服务站", "办公室"),
        ),
        Kind(
            "assessment",
            "考核评比",
            "Assessments",
            "考核评比项目",
            "assessment_application",
            "admit_assessment",
            ("assessment_kind", "frequency", "veto", "method", "replaces"),
            ("考核", "评比", "达标", "创建", "督查", "检查", "责任书"),
        ),
        Kind(
            "system",
            "信息系统",
            "Systems",
            "信息系统",
            "system_application",
            "admit_system",
            ("system_kind", "users", "frequency", "data_items", "integrated", "integration", "replaces"),
            ("系统", "平台", "APP", "小程序", "公众号"),
        ),
    )
}
"""The literal table of kinds; a test walks it."""

MATTER = "matter"
OTHERS = tuple(key for key in KINDS if key != MATTER)
_OF_FORM = {kind.form: kind for kind in KINDS.values()}


def of(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> tuple[Kind, Mapping[str, Any]]:
    """The kind of an admission under way, and the application that stands."""
    told = call.variables.get(FORM_VARIABLE)
    for kind in [_OF_FORM[told]] if told in _OF_FORM else KINDS.values():
        posted = submissions.latest(tx, instance.id, kind.form)
        if posted is not None:
            return kind, posted
    return KINDS[MATTER], {}


def marked(form: Form) -> tuple[str, ...]:
    """Fields of a form that the office wants in the registry (their property `ledger`); none that is masked."""
    wanted = [each for each in form.fields if each.properties.get("ledger") == "true"]
    hidden = masked_keys(form) if wanted else ()
    return tuple(each.key for each in wanted if each.kind not in ("files", "rows") and each.key not in hidden)


def further(form: Form, kind: Kind) -> tuple[str, ...]:
    """What the registry keeps of a form besides what all kinds have in common."""
    return tuple(dict.fromkeys((*kind.details, *marked(form))))


def columns(tx: Transaction, kind: Kind, posted: Mapping[str, Any]) -> dict[str, Any]:
    """What a matter's row takes of an application besides what all kinds have in common."""
    form = definitions.form(tx, kind.form)
    wanted = [key for key in further(form, kind) if key in form]
    if kind.key == MATTER and not wanted:
        return {}
    kept = {key: posted[key] for key in wanted if posted.get(key) not in (None, "", [])}
    found: dict[str, Any] = {"details": values_to_json(kept, form.fields)}
    return found if kind.key == MATTER else {**found, "kind": kind.key, "by_community": True}


def details(form: Form, kind: Kind, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a row as stored values of the form's kinds."""
    return submissions.values_from_json(
        form, {key: stored[key] for key in further(form, kind) if key in stored}
    )


def told_by(name: str) -> Kind:
    """The kind a name speaks of: 独居老人台账 is a ledger, a matter where nothing says otherwise."""
    ending = [kind for kind in KINDS.values() if name.endswith(kind.signs)] if name else []
    held = [kind for kind in KINDS.values() if any(sign in name for sign in kind.signs)]
    return next(iter(ending or held), KINDS[MATTER])
