"""What a `.form` file may say: the types of components that are taken, and the properties that are understood."""

from __future__ import annotations

KIND_OF_TYPE = {
    "textfield": "text",
    "textarea": "long_text",
    "number": "number",
    "datetime": "date",
    "checkbox": "yes_no",
    "checklist": "choices",
    "taglist": "choices",
    "radio": "choice",
    "select": "choice",
    "filepicker": "files",
    "dynamiclist": "rows",
}
"""Component type -> kind, where the property `kind` says nothing."""

STATIC = ("text", "group", "separator", "spacer")
NOT_DRAWN = ("button", "html", "image", "iframe", "table", "expression", "documentPreview")
"""Types of stock forms that have no place on an official table: left out, with a warning."""

PROPERTIES: dict[str, str] = {
    "kind": "kind of the value, a key of KINDS",
    "synonyms": "other labels for the field, 、-separated",
    "choice.<key>": "other words for one answer, 、-separated",
    "require_on": "`page`: wanted on the page only, elsewhere its absence warns",
    "quiet": "`true`, with `require_on`: its absence elsewhere does not warn",
    "expect": "`true`: its absence warns everywhere",
    "require": "FEEL; true = required",
    "warn": "FEEL; true = warn with `warn_message`",
    "warn_message": "sentence of `warn`",
    "warn_message_en": "the same in English",
    "stop_when": "FEEL; true = the form stops, nothing is kept; with `stop_message`",
    "stop_message": "sentence of `stop_when`",
    "stop_message_en": "the same in English",
    "prefill": "FEEL; value of a page that nobody filled yet; of a read-only field, given by the system",
    "table_gives": "`true`, of a read-only field: what a table says stands; the system gives it where the table is empty",
    "id_number": "`true`, of a text: the number of an identity card, its check digit right; always text",
    "variable": "`true`: kept as a process variable",
    "ledger": "`true`: the registry keeps the value: on the matter's page, and as a column of its ledger",
    "separate_lists": "`true`, of the choice `class` of `catalogue_entry`: each answer is a list of its own",
    "masked": "`true`: only the form's `masked_except` and whoever posted it read the value; never a process variable",
    "masked_except": "of the form: groups who read its masked fields, 、-separated",
    "conceal_starter": "of the form: `true` = who starts a process with it is named nowhere, save its readers",
    "not_read": "of the form: labels of tables that mean no field of it and are passed over unasked, 、-separated",
    "fixed": "of rows: `true` = neither added nor removed (form-js' own `allowAddRemove: false` says the same)",
    "end_date": "`true`: empty or 长期 is open",
    "not_before": "key of the date that this date must not precede",
    "unit_kinds": "kinds of units the field takes, 、-separated",
    "in_name_of": "`true`: the form is posted in the name of this unit; only those the poster may act for are taken",
    "all_words": "words such as 全区 that stand for all units of `all_kinds`, 、-separated",
    "all_kinds": "see `all_words`",
    "grouping": "of a number: `false` = without a mark between thousands, as a year is written",
    "part_of": "key of the files field whose list these files join (the stamped scan is one of the attachments)",
    "cell": "label of the paper cell; neighbours in a row with the same one share it",
    "opinion": "of a text: the opinion box of this key stands here",
    "label": "of an opinion box: its label, where the text is something else",
    "heading": "of a text: `true` = drawn as a heading",
    "print": "how the field stands in the official table (see templates_xlsx)",
    "pattern_en": "English words for the pattern's message",
}
"""Properties of a component that are understood; others are kept and handed on."""
