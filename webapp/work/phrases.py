"""常用意见: words a clerk puts into the opinion with one click. A form may bring its own (property `phrases`)."""

from __future__ import annotations

from forms.fields import Form

#: Opinion box -> words. The official words are Chinese in either language of the interface.
BY_BOX: dict[str, tuple[str, ...]] = {
    "unit_opinion": ("同意申报。", "同意申报,经费已列入部门预算。"),
    "bureau_opinion": (
        "依据充分,权责经费对应,同意准入。",
        "同意准入,请与街道对接。",
        "依据不充分,不予准入。",
    ),
    "grid_opinion": ("同意准入,由区党群网格平台派发。", "不属于网格员职责范围,不同意下派。"),
}
USUAL = ("同意。", "情况属实,拟同意,请审示。", "请补充材料后再报。")


def of(form: Form | None) -> tuple[str, ...]:
    """Return the phrases for a form's opinion: its own, those of its box, or the usual ones."""
    if form is None:
        return ()
    own = form.properties.get("phrases", "")
    if own:
        return tuple(each.strip() for each in own.split("|") if each.strip())
    return BY_BOX.get(form.properties.get("opinion_box") or "", USUAL)
