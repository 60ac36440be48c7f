"""`python -m tests.recognition [workbooks]`: how well layouts nobody has seen are recognised."""

from __future__ import annotations

import sys
import warnings

from tests.recognition.measure import LAYOUTS, Score, as_recognised, confirmed_once, saved_as_csv, unconfirmed
from tests.recognition.offices import WORDS


def _line(what: str, found: Score) -> None:
    print(
        f"{what:34} {found.workbooks:9} {found.records:7} {found.cells:7} {found.share:8.2f} "
        f"{found.stored:7} {found.wrong:6} {found.lost:5} {found.asked:6}",
        flush=True,
    )


def main(arguments: list[str]) -> None:
    """Print the table of docs/RECOGNITION.md; with `-v` what went wrong, too."""
    warnings.simplefilter("ignore")
    count = next((int(each) for each in arguments if each.isdigit()), 4 * len(LAYOUTS))
    print(f"{'labels':34} workbooks records   cells  % right  stored  wrong  lost  asked")
    _line("known, confirmed as recognised", confirmed_once("known", range(count), as_recognised))
    csv = saved_as_csv("known", range(count))
    _line("known, saved as .csv", csv)
    if "-v" in arguments:
        print(*csv.told, sep="\n")
    for words in WORDS:
        for what, found in (
            (f"{words}, before confirming", unconfirmed(words, range(count))),
            (f"{words}, after confirming once", confirmed_once(words, range(count))),
        ):
            _line(what, found)
            if "-v" in arguments:
                print(*found.told, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
