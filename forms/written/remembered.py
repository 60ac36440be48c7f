"""Words that a person once said the meaning of: 区教委 is 区教育局, 常态化 is long_term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forms.written.words import split_list, squeeze


def instead_of(text: str, words: Mapping[str, str], *, several: bool = False) -> str:
    """Return what a text was said to mean, else the text as it stands.

    Args:
        words: as once written -> what is meant; spaces and width do not count.
        several: the text may be a list, of which each piece is looked up.
    """
    if not text or not words:
        return text
    plain = {squeeze(given): meant for given, meant in words.items()}
    whole = plain.get(squeeze(text))
    if whole is not None or not several:
        return text if whole is None else whole
    pieces = split_list(text)
    meant = [plain.get(squeeze(each), each) for each in pieces]
    return text if meant == pieces else "、".join(meant)


def told(
    posted: Mapping[str, str | list[str]],
    words: Mapping[str, Mapping[str, str]],
    lists: Sequence[str] = (),
) -> dict[str, str | list[str]]:
    """Return what is posted with each field's remembered words put in.

    Args:
        words: field key -> as once written -> what is meant.
        lists: keys of the fields that take several.
    """
    return {
        key: instead_of(value, words[key], several=key in lists)
        if isinstance(value, str) and key in words
        else value
        for key, value in posted.items()
    }
