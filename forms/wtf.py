"""From a form to a WTForms class: one field class a widget, holding texts as a browser posts them.

The classes carry WTForms' own names (`StringField`, `RadioField`, ...), so that a template may go by
`field.type`. They neither convert nor validate: the kinds did that, and put their sentences into `errors`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import wtforms
from wtforms import SelectChoice, widgets

from forms.fields import Field, Form
from forms.kinds import KINDS
from forms.setting import Setting
from forms.written.unit_names import kinds_of


class _Described:
    """What every field of a page knows besides WTForms' own: its description and what was posted."""

    spec: Field
    warnings: list[str]
    raw_data: list[Any] | None

    def __init__(self, spec: Field, **rest: Any) -> None:
        self.spec = spec
        self.warnings = []
        super().__init__(label=spec.label, description=spec.help, **rest)  # type: ignore[call-arg]
        if spec.readonly:
            self.render_kw = {"readonly": True}

    @property
    def kind(self) -> str:
        """The kind of the field."""
        return self.spec.kind

    @property
    def texts(self) -> list[str]:
        """What stands in it, as a browser would post it."""
        return [str(each) for each in self.raw_data or []]


class StringField(_Described, wtforms.StringField):
    """text"""


class TextAreaField(_Described, wtforms.TextAreaField):
    """long_text"""


class NumberField(_Described, wtforms.StringField):
    """number, money: an ordinary input, so that 3万元 can be typed"""


class TelField(_Described, wtforms.StringField):
    """phone"""

    widget = widgets.TelInput()


class DateField(_Described, wtforms.StringField):
    """date: posts ISO; what is no date stays as it was typed"""

    widget = widgets.DateInput()


class PeriodField(_Described, wtforms.StringField):
    """period: two inputs of one name, start and end"""


class RadioField(_Described, wtforms.RadioField):
    """choice, yes_no"""


class SelectField(_Described, wtforms.SelectField):
    """choice as a list, unit"""


class SelectMultipleField(_Described, wtforms.SelectMultipleField):
    """choices, units"""


class MultipleFileField(_Described, wtforms.MultipleFileField):
    """files; `texts` are the ids of those kept already"""


class FieldList(_Described, wtforms.FieldList):
    """rows: `entries`, each with `form`"""

    def __init__(self, spec: Field, row: type[wtforms.Form], **rest: Any) -> None:
        super().__init__(spec, unbound_field=wtforms.FormField(row), min_entries=0, **rest)


class Page(wtforms.Form):
    """Base of the generated classes."""

    class Meta:
        csrf = False
        locales = ("zh",)


def _choice(spec: Field) -> Any:
    answers = [SelectChoice(each.key, each.label) for each in spec.choices]
    if spec.type == "select":
        return SelectField(spec, choices=[SelectChoice("", ""), *answers], validate_choice=False)
    return RadioField(spec, choices=answers, validate_choice=False)


def _choices(spec: Field) -> Any:
    return SelectMultipleField(
        spec,
        choices=[SelectChoice(each.key, each.label) for each in spec.choices],
        validate_choice=False,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )


def _units(spec: Field) -> Any:
    return SelectMultipleField(spec, choices=[], validate_choice=False)


def _unit(spec: Field) -> Any:
    return SelectField(spec, choices=[], validate_choice=False)


def _rows(spec: Field) -> Any:
    return FieldList(spec, row=_class(f"{spec.key}_row", spec.columns))


WIDGETS: dict[str, Callable[[Field], Any]] = {
    "text": StringField,
    "textarea": TextAreaField,
    "number": NumberField,
    "money": NumberField,
    "phone": TelField,
    "date": DateField,
    "period": PeriodField,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _choice,
    "unit": _unit,
    "units": _units,
    "files": MultipleFileField,
    "rows": _rows,
}
"""Widget name of a kind -> what makes its WTForms field."""


def _class(name: str, fields: tuple[Field, ...]) -> type[wtforms.Form]:
    return type(name, (Page,), {each.key: WIDGETS[KINDS[each.kind].widget](each) for each in fields})


_CLASSES: dict[str, type[wtforms.Form]] = {}
_CLASSES_AT_MOST = 256


def page_class(form: Form) -> type[wtforms.Form]:
    """Return the WTForms class of a form, built once for each content."""
    found = _CLASSES.get(form.content_hash) if form.content_hash else None
    if found is None:
        found = _class("Page", form.fields)
        if form.content_hash:
            if len(_CLASSES) >= _CLASSES_AT_MOST:
                _CLASSES.clear()
            _CLASSES[form.content_hash] = found
    return found


def offer_units(page: wtforms.Form, form: Form, setting: Setting) -> None:
    """Fill the lists of units that a page offers."""
    for spec in form.fields:
        if spec.kind in ("unit", "units"):
            offered = setting.units.all(kinds_of(spec.properties) or None)
            answers = [
                SelectChoice(str(each.id), each.full_name)
                for each in offered
                if setting.may_name(spec, each.id)
            ]
            page[spec.key].choices = [SelectChoice("", ""), *answers] if spec.kind == "unit" else answers
