"""One component of a `.form` file at a time: what it is, and everything wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import wtforms

from forms.feel import Expression, FeelSyntaxError, compile_expression
from forms.feel.patterns import Endless
from forms.fields import Box, Choice, Field, FormFinding
from forms.kinds import KINDS
from forms.patterns import compile_pattern
from forms.properties import KIND_OF_TYPE, NOT_DRAWN, STATIC
from forms.written.words import split_list

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = frozenset(each for each in dir(wtforms.Form) if not each.startswith("__")) | {
    "csrf_token",
    "row",
    "rows_",
}


@dataclass(frozen=True)
class Component:
    """A component as it was read.

    Attributes:
        conditions: the `hide` expressions that hold for it, its groups' and its own, as texts.
        row, columns: where it stands; row None = a row of its own, columns None = its share.
    """

    type: str
    name: str
    label: str = ""
    field: Field | None = None
    box: Box | None = None
    text: str = ""
    heading: bool = False
    hide: Expression | None = None
    conditions: tuple[str, ...] = ()
    row: str | None = None
    columns: int | None = None


class Reader:
    """Reads components and gathers findings."""

    def __init__(self) -> None:
        self.findings: list[FormFinding] = []
        self._keys: set[str] = set()

    def error(self, element: str, rule: str, zh: str, en: str) -> None:
        """Note an error."""
        self.findings.append(FormFinding(element, rule, "error", zh, en))

    def warn(self, element: str, rule: str, zh: str, en: str) -> None:
        """Note a warning."""
        self.findings.append(FormFinding(element, rule, "warning", zh, en))

    def component(self, item: Any, around: tuple[str, ...]) -> Component | None:
        """Read one component inside groups with these conditions; None where it is not drawn."""
        if not isinstance(item, dict):
            self.error("", "bad-component", "组件应为 JSON 对象", "a component must be an object")
            return None
        kind = item.get("type")
        name = _text(item.get("key") or item.get("id") or item.get("path"))
        if not isinstance(kind, str) or kind not in (*KIND_OF_TYPE, *STATIC, *NOT_DRAWN):
            self.error(name, "unknown-type", f"不认识的组件类型 {kind!r}", f"unknown component type {kind!r}")
            return None
        if kind in NOT_DRAWN:
            self.warn(name, "not-drawn", f"{kind} 组件不会显示", f"components of type {kind} are not drawn")
            return None
        own = self._condition(item, name)
        conditions = (*around, own) if own else around
        hide = self.expression(name, "hide", _any_of(conditions)) if conditions else None
        layout = item.get("layout") if isinstance(item.get("layout"), dict) else {}
        assert isinstance(layout, dict)
        columns = layout.get("columns")
        place: dict[str, Any] = {
            "row": layout.get("row") if isinstance(layout.get("row"), str) else None,
            "columns": columns if isinstance(columns, int) and 1 <= columns <= 16 else None,
            "conditions": conditions,
            "hide": hide,
        }
        if kind in STATIC:
            return self._static(item, kind, name, place)
        return Component(kind, name, _text(item.get("label")), field=self.field(item, name, hide), **place)

    def _static(self, item: dict[str, Any], kind: str, name: str, place: dict[str, Any]) -> Component:
        properties = self.properties(item, name)
        text = _text(item.get("text")) if kind == "text" else _text(item.get("label"))
        if kind == "group" and item.get("path"):
            self.error(
                name, "group-path", f"分组 {name} 不能有路径(path)", f"group {name} must not have a path"
            )
        opinion = properties.get("opinion", "")
        if kind == "text" and opinion:
            self._claim(opinion, name)
            label = properties.get("label") or _plain(text)
            box = Box(opinion, label, tuple(split_list(properties.get("synonyms", ""))))
            return Component(kind, name, label, box=box, **place)
        if kind == "text" and text.lstrip().startswith("="):
            self.warn(
                name, "text-expression", "文字中的表达式不会计算", "an expression in a text is not evaluated"
            )
        heading = kind == "group" or properties.get("heading") == "true" or text.lstrip().startswith("#")
        return Component(kind, name, text=_plain(text), heading=heading, **place)

    def field(
        self, item: dict[str, Any], name: str, hide: Expression | None, *, inner: bool = False
    ) -> Field:
        """Read a field. `inner`: it is a column of rows."""
        properties = self.properties(item, name)
        key = _text(item.get("path")) if item["type"] == "dynamiclist" else _text(item.get("key"))
        if inner:
            self._check_key(key, name)
        else:
            self._claim(key, name)
        kind = properties.get("kind") or KIND_OF_TYPE[item["type"]]
        if kind not in KINDS:
            self.error(
                name, "unknown-kind", f"{name} 的类别 {kind!r} 不存在", f"{name}: unknown kind {kind!r}"
            )
            kind = "text"
        if (kind == "rows") != (item["type"] == "dynamiclist") or (inner and kind == "rows"):
            self.error(
                name,
                "rows",
                f"{name}：多行表只能是最外层的动态列表",
                f"{name}: rows must be a dynamic list, not nested",
            )
        rules = item.get("validate") if isinstance(item.get("validate"), dict) else {}
        assert isinstance(rules, dict)
        label = _text(item.get("label") or item.get("dateLabel") or item.get("timeLabel")) or key
        if (
            item["type"] == "datetime"
            and item.get("subtype", "date") != "date"
            and properties.get("kind") is None
        ):
            self.error(name, "date-only", f"{name}：只支持日期，不支持时间", f"{name}: dates only, no times")

        def expression(rule: str) -> Expression | None:
            written = properties.get(rule, "").strip()
            return self.expression(name, rule, written) if written else None

        for rule, message in (("warn", "warn_message"), ("stop_when", "stop_message")):
            if properties.get(rule) and not properties.get(message):
                self.error(
                    name,
                    f"{rule}-message",
                    f"{name}:{rule} 缺少 {message}",
                    f"{name}: {rule} lacks {message}",
                )
        on_page = properties.get("require_on") == "page"
        return Field(
            key=key,
            label=label,
            kind=kind,
            type=item["type"],
            required=rules.get("required") is True and not on_page,
            required_on_page=on_page,
            expected=properties.get("expect") == "true",
            readonly=self._readonly(item, name),
            choices=self._choices(item, name, kind, properties),
            synonyms=tuple(split_list(properties.get("synonyms", ""))),
            hide=hide,
            require=expression("require"),
            warn=expression("warn"),
            warn_message=properties.get("warn_message", ""),
            stop_when=expression("stop_when"),
            stop_message=properties.get("stop_message", ""),
            prefill=expression("prefill"),
            default=item.get("defaultValue"),
            pattern=self._pattern(rules, name),
            pattern_message=_text(rules.get("patternErrorMessage")),
            minimum=self._decimal(rules, "min", name),
            maximum=self._decimal(rules, "max", name),
            min_length=self._whole(rules, "minLength", name),
            max_length=self._whole(rules, "maxLength", name),
            help=_text(item.get("description")),
            columns=self._columns(item, name) if item["type"] == "dynamiclist" else (),
            fixed_rows=_is_fixed(item, properties),
            first_rows=max(0, min(item["defaultRepetitions"], 50))
            if type(item.get("defaultRepetitions")) is int
            else 1,
            quiet=properties.get("quiet") == "true",
            variable=properties.get("variable") == "true",
            properties=properties,
        )

    def properties(self, item: dict[str, Any], name: str) -> dict[str, str]:
        """Return the `properties` map; values become text."""
        found = item.get("properties")
        if found is None:
            return {}
        if not isinstance(found, dict):
            self.error(
                name,
                "bad-properties",
                f"{name} 的 properties 应为对象",
                f"{name}: properties must be an object",
            )
            return {}
        return {
            str(key): "true" if value is True else "false" if value is False else _text(value)
            for key, value in found.items()
        }

    def expression(self, name: str, rule: str, text: str) -> Expression | None:
        """Compile an expression; a finding where it does not parse."""
        try:
            return compile_expression(text)
        except FeelSyntaxError as error:
            self.error(
                name,
                "bad-expression",
                f"{name} 的 {rule} 表达式有误：{error.tell('zh')}",
                f"{name}: expression of {rule}: {error.tell('en')}",
            )
            return None

    def check_references(self, fields: Iterable[Field]) -> None:
        """Note properties that point at fields which are not there."""
        known = list(fields)
        for one in known:
            around = {each.key for each in known}
            for each, keys in (
                (one, around),
                *((column, {c.key for c in one.columns} | around) for column in one.columns),
            ):
                for rule in ("not_before", "part_of"):
                    target = each.properties.get(rule)
                    if target and target not in keys:
                        self.error(
                            each.key,
                            "no-such-field",
                            f"{each.key} 的 {rule} 指向不存在的字段 {target}",
                            f"{each.key}: {rule} names {target}, which is no field",
                        )

    def _claim(self, key: str, name: str) -> None:
        if self._check_key(key, name):
            if key in self._keys:
                self.error(key, "duplicate-key", f"字段键 {key} 重复", f"key {key} is used twice")
            self._keys.add(key)

    def _check_key(self, key: str, name: str) -> bool:
        if not key:
            self.error(
                name, "no-key", f"组件 {name or '?'} 没有键(key)", f"component {name or '?'} has no key"
            )
            return False
        if not _KEY.fullmatch(key) or key in _RESERVED:
            self.error(
                key,
                "bad-key",
                f"字段键 {key} 不可用：应为字母开头的字母、数字、下划线，且不是保留字",
                f"key {key}: letters, digits, underscores, a letter first, and no reserved word",
            )
            return False
        return True

    def _condition(self, item: dict[str, Any], name: str) -> str | None:
        conditional = item.get("conditional")
        hide = conditional.get("hide") if isinstance(conditional, dict) else None
        if hide in (None, ""):
            return None
        if not isinstance(hide, str):
            self.error(
                name, "bad-expression", f"{name} 的 hide 应为表达式", f"{name}: hide must be an expression"
            )
            return None
        return hide

    def _readonly(self, item: dict[str, Any], name: str) -> bool:
        readonly = item.get("readonly")
        if isinstance(readonly, str) and readonly.strip():
            self.error(
                name,
                "readonly-expression",
                f"{name}：只读不支持表达式",
                f"{name}: readonly must not be an expression",
            )
        return readonly is True or item.get("disabled") is True

    def _choices(
        self, item: dict[str, Any], name: str, kind: str, properties: dict[str, str]
    ) -> tuple[Choice, ...]:
        values = item.get("values")
        if kind == "yes_no" and not values:
            return (Choice("yes", "是"), Choice("no", "否"))
        if kind not in ("choice", "choices", "yes_no"):
            return ()
        if not isinstance(values, list) or not values:
            self.error(name, "no-choices", f"{name} 没有选项", f"{name} has no choices")
            return ()
        choices: list[Choice] = []
        for value in values:
            key = _text(value.get("value")) if isinstance(value, dict) else ""
            label = _text(value.get("label")) if isinstance(value, dict) else ""
            if not key or key in {each.key for each in choices}:
                self.error(
                    name,
                    "bad-choice",
                    f"{name} 的选项值为空或重复：{key}",
                    f"{name}: a choice is empty or doubled: {key}",
                )
                continue
            choices.append(Choice(key, label or key, tuple(split_list(properties.get(f"choice.{key}", "")))))
        return tuple(choices)

    def _columns(self, item: dict[str, Any], name: str) -> tuple[Field, ...]:
        items = item.get("components")
        columns: list[Field] = []
        for each in items if isinstance(items, list) else []:
            if not isinstance(each, dict) or each.get("type") in STATIC:
                continue
            inner = _text(each.get("key") or each.get("id"))
            if each.get("type") not in KIND_OF_TYPE:
                self.error(
                    inner,
                    "unknown-type",
                    f"{name}.{inner}：不认识的组件类型",
                    f"{name}.{inner}: unknown type",
                )
                continue
            own = self._condition(each, inner)
            hide = self.expression(inner, "hide", own) if own else None
            column = self.field(each, inner, hide, inner=True)
            if column.key in {one.key for one in columns}:
                self.error(
                    inner,
                    "duplicate-key",
                    f"{name} 中字段键 {column.key} 重复",
                    f"{name}: key {column.key} twice",
                )
            columns.append(column)
        if not _is_fixed(item, self.properties(item, name)) and any(each.readonly for each in columns):
            self.error(
                name,
                "readonly-column",
                f"{name} 有只读列，须设为不可增删行(allowAddRemove: false)",
                f"{name} has read-only columns and must not allow rows to be added or removed",
            )
        if not columns:
            self.error(name, "no-columns", f"{name} 没有列", f"{name} has no columns")
        return tuple(columns)

    def _pattern(self, rules: dict[str, Any], name: str) -> str | None:
        pattern = rules.get("pattern")
        if not isinstance(pattern, str) or not pattern:
            return None
        try:
            compile_pattern(pattern)
        except Endless:
            self.error(
                name,
                "bad-pattern",
                f"{name} 的格式 {pattern} 可能使匹配无休止：重复之中又有分不清的重复，请改写，如把 (a+)+ 写成 a+",
                f"{name}: matching pattern {pattern} could take for ever: it repeats what itself repeats; "
                "write a+ instead of (a+)+",
            )
            return None
        except ValueError as error:
            self.error(
                name,
                "bad-pattern",
                f"{name} 的格式 {pattern} 无法使用：{error}",
                f"{name}: pattern {pattern}: {error}",
            )
            return None
        return pattern

    def _decimal(self, rules: dict[str, Any], rule: str, name: str) -> Decimal | None:
        value = rules.get(rule)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.error(name, "bad-bound", f"{name} 的 {rule} 应为数字", f"{name}: {rule} must be a number")
            return None
        return Decimal(str(value))

    def _whole(self, rules: dict[str, Any], rule: str, name: str) -> int | None:
        value = self._decimal(rules, rule, name)
        return None if value is None else int(value)


def _is_fixed(item: dict[str, Any], properties: dict[str, str]) -> bool:
    """Tell whether rows are neither added nor removed."""
    return item.get("allowAddRemove") is False or properties.get("fixed") == "true"


def _any_of(conditions: tuple[str, ...]) -> str:
    """Join conditions: hidden where one of them holds."""
    if len(conditions) == 1:
        return conditions[0]
    return "=" + " or ".join(f"({each.strip().removeprefix('=')})" for each in conditions)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _plain(text: str) -> str:
    """Return a text without the marks of Markdown headings and emphasis."""
    return re.sub(r"\*\*|__", "", re.sub(r"^\s*#+\s*", "", text)).strip()
