"""Secrecy marks: 秘密, 机密, 绝密 standing as a mark, never as running text.

A mark is a cell, line or header of its own (机密, 秘密★1年, 绝密★启用前, 密级:机密, ☑涉密). Running text
such as 保守国家秘密法, or this system's own banner, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from forms.faults import Refused
from forms.written.words import squeeze

_GRADE = r"(?:绝密|机密|秘密)"
_OPEN, _CLOSE = r"[【\[(〔〈《<]?", r"[】\])〕〉》>]?"
_TERM = r"(?:\d+|[一二三四五六七八九十]+)(?:年|个月|月|天|日)|长期"
_WHOLE = re.compile(rf"{_OPEN}{_GRADE}(?:级|件|文件|级文件)?(?:[★☆*※].{{0,20}}|[(]?(?:{_TERM})[)]?)?{_CLOSE}")
_STARRED = re.compile(rf"(?:^|(?<![\u4e00-\u9fff])){_GRADE}级?[★☆]|{_GRADE}级?[★☆](?:{_TERM})")
_LABEL = r"(?:密级|秘密等级|保密等级|保密级别|定密)(?:和保密期限)?(?:[(][^)]{0,20}[)])?"
_LABELLED = re.compile(rf"(?:^{_LABEL}|{_LABEL}:)★?{_GRADE}级?(?![\u4e00-\u9fff])")
_TICKED = re.compile(
    r"(?:[☑☒√✓✔■●]|\[[xX√]\])涉密"
    r"|(?:是否涉密|涉密(?:情况|标志)?)(?:[(][^)]*[)])?:?(?:是$|[☑☒√✓✔■●]是|是[(]?[☑√✓✔]|涉密$|有$|√$|☑$)"
)


class ConfidentialRefused(Refused):
    """Something carries a secrecy mark. Nothing of it may be kept, logged or shown.

    Facts: `where` (a place such as a field's label or a cell, never the content).
    """

    zh = "发现涉密标志({where})，本系统为非涉密系统，不得处理，请线下办理"
    en = "A secrecy mark was found ({where}). This system must not handle it; please go offline"


def secrecy_mark(line: str) -> str | None:
    """Return the mark that a line is or carries, or None.

    Args:
        line: one cell, one line of a text, one header.
    """
    if "密" not in line:
        return None
    bare = squeeze(line)
    whole = _WHOLE.fullmatch(bare)
    if whole:
        return bare
    for pattern in (_STARRED, _LABELLED, _TICKED):
        found = pattern.search(bare)
        if found:
            return found[0]
    return None


def first_mark(lines: Iterable[str]) -> str | None:
    """Return the first mark among lines; each may itself hold several lines."""
    for text in lines:
        if "密" not in text:
            continue
        for line in text.splitlines():
            mark = secrecy_mark(line)
            if mark is not None:
                return mark
    return None


def mark_in_name(name: str) -> str | None:
    """Return the mark in a file's name: a piece between separators that is a mark by itself."""
    stem = name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    pieces = re.split(r"[\s_\-—.·()\uff08\uff09\[\]【】〔〕]+", stem)
    return first_mark([stem, *pieces])
