"""Words for the keys of the admission package, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.i18n import _, locale_name


def spoken(table: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Key -> word of a table of Chinese and English words, in the reader's language."""
    return {key: words[locale_name() == "en"] for key, words in table.items()}


def executors() -> dict[str, str]:
    """协助主体."""
    return {"community": _("community organisation"), "grid": _("grid workers")}


def durations() -> dict[str, str]:
    """事项性质."""
    return {
        "long_term": _("long-term (over a year)"),
        "short_term": _("short-term"),
        "temporary": _("temporary"),
    }


def outcomes() -> dict[str, str]:
    """What came of an application."""
    return {
        "admitted": _("admitted to the communities"),
        "conditional": _("admitted with conditions"),
        "refused": _("refused"),
        "withdrawn": _("withdrawn"),
    }


def exit_kinds() -> dict[str, str]:
    """Why a matter leaves."""
    return {
        "expired": _("its period is over"),
        "done": _("the work is done"),
        "basis_gone": _("its basis was repealed"),
        "evaluation": _("evaluated as unfit, or not accepted by residents"),
        "violation": _("removed for a breach"),
        "other": _("other"),
    }


def raised_by() -> dict[str, str]:
    """Who brought an end about."""
    return {
        "unit": _("asked for by the unit"),
        "expiry": _("its period runs out"),
        "evaluation": _("the yearly evaluation"),
        "refresh": _("the yearly refresh"),
        "order": _("ordered by the reviewing unit"),
    }


def receipts() -> dict[str, str]:
    """What a subdistrict or the grid centre did."""
    return {
        "hand_over": _("signed for it"),
        "dispatch": _("dispatched"),
        "grid_done": _("done by the grid workers"),
        "exit_notice": _("told of the end"),
    }


def fields() -> dict[str, str]:
    """Columns of a matter as they are read."""
    return {
        "name": _("Name of the matter"),
        "applicant_unit_name": _("Applicant unit"),
        "unit_head": _("Head of the unit"),
        "class_name": _("Class"),
        "duration_class": _("Kind"),
        "by_community": _("by the community organisation"),
        "by_grid": _("by grid workers"),
        "reason": _("Why it is asked for"),
        "legal_basis": _("Legal basis"),
        "content": _("Content"),
        "target_group": _("Target group"),
        "authority": _("Authority"),
        "period_start": _("Begins on"),
        "period_end": _("Ends on"),
        "scope_text": _("Where"),
        "funds_amount": _("Funds (yuan)"),
        "funds_source": _("Source of funds"),
        "staff_equipment": _("Staff and equipment"),
        "contact_name": _("Contact"),
        "contact_phone": _("Phone"),
        "opinions_heard": _("Opinions heard from the base"),
        "application_number": _("Number of receipt"),
        "filing_number": _("Filing number"),
        "exit_number": _("Exit number"),
        "document_number": _("Document number"),
        "approved_by": _("Approved by"),
        "higher_approval": _("Approval of the higher authority"),
        "conditions": _("Conditions"),
        "dispatch_number": _("Number on the grid platform"),
        "application_date": _("Applied on"),
        "received_on": _("Received on"),
        "decided_on": _("Decided on"),
        "filed_on": _("Filed on"),
        "exit_asked_on": _("Exit asked for on"),
        "exit_reason": _("Reason of the exit"),
        "ended_on": _("Ended on"),
        "remarks": _("Remarks"),
    }


def labelled(values: Mapping[str, object], *keys: str) -> list[tuple[str, object]]:
    """Label and value of those columns that hold something, in the order asked for."""
    labels = fields()
    return [(labels[key], values[key]) for key in keys if values.get(key)]
