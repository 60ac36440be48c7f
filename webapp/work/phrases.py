"""常用意见: words a clerk puts into a text with one click. They stand in the form that shows them (property `phrases`)."""

from __future__ import annotations

from forms.fields import Form


def of(form: Form | None) -> tuple[str, ...]:
    """Return the phrases of a form, `|` between them; none where it brings none."""
    said = form.properties.get("phrases", "") if form is not None else ""
    return tuple(each.strip() for each in said.split("|") if each.strip())
