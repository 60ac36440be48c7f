"""What was posted: keys with lists of texts, from a MultiDict, a mapping, or nested JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_ROW = re.compile(r"(.+?)-(\d{1,6})-(.+)")


class PostedData:
    """The texts of a post. WTForms reads it as form data (`getlist`, `in`, iteration)."""

    def __init__(self, texts: Mapping[str, list[str]]) -> None:
        self._texts = dict(texts)

    @classmethod
    def of(cls, posted: Any) -> PostedData:
        """Return posted data from a MultiDict (anything with `getlist`), a mapping, or None.

        In a mapping a value may be a text, a list of texts, another plain value, or for rows a list of
        mappings. None is nothing.
        """
        if posted is None:
            return cls({})
        if isinstance(posted, cls):
            return posted
        if hasattr(posted, "getlist"):
            return cls({key: [str(each) for each in posted.getlist(key)] for key in posted})
        texts: dict[str, list[str]] = {}
        for key, value in posted.items():
            texts.update(_flat(str(key), value))
        return cls(texts)

    def getlist(self, key: str) -> list[str]:
        """Return the texts of a key, none where it was not posted."""
        return self._texts.get(key, [])

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def row_numbers(self, key: str) -> list[int]:
        """Return the numbers of the rows that were posted under a key (`key-3-column`), ascending."""
        numbers = {
            int(found[2])
            for name in self._texts
            if (found := _ROW.fullmatch(name)) is not None and found[1] == key
        }
        return sorted(numbers)

    def texts(self) -> Iterable[tuple[str, str]]:
        """Yield (key, text) of everything that was posted."""
        for key, values in self._texts.items():
            for value in values:
                yield key, value


def _flat(key: str, value: Any) -> dict[str, list[str]]:
    if value is None:
        return {}
    if isinstance(value, list | tuple):
        if value and all(isinstance(each, Mapping) for each in value):
            texts: dict[str, list[str]] = {}
            for number, row in enumerate(value):
                for column, inner in row.items():
                    texts.update(_flat(f"{key}-{number}-{column}", inner))
            return texts
        return {key: [_text(each) for each in value if each is not None]}
    return {key: [_text(value)]}


def _text(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
