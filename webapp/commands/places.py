"""`zhunru places`: the packages of rules; what one does otherwise and whether it is whole; a copy to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forms.faults import Refused
from webapp.commands.output import FOUND, emit, json_option, refuse

if TYPE_CHECKING:
    from workflows.admission.places import Place


@click.command("places")
@click.argument("given", required=False, metavar="[NAME|DIR]")
@click.option(
    "--copy", "folder", type=click.Path(), help="Copy the package into a new folder, to be changed."
)
@json_option
def command(given: str | None, folder: str | None, as_json: bool) -> None:
    """List the packages of rules; with NAME, or the folder of one's own, tell what it does otherwise and verify it.

    Verified are its files (as `check` does), all tests they concern, and that every file rests on a sentence and every
    difference is proved by a case.
    """
    from workflows.admission import places

    if given is None:
        if folder:
            raise click.UsageError("--copy wants the NAME of the package to be copied")
        _list([_short(place) for place in places.shipped_places()], as_json)
        return
    try:
        place = places.find(given)
        if folder:
            _copy(place, Path(folder))
            return
        _show(place, places.verify(place), as_json)
    except Refused as error:
        refuse(error, as_json)


def _short(place: Place) -> dict[str, Any]:
    return {"key": place.key, "name": place.name, "about": place.about, "files": sorted(place.files)}


def _list(rows: list[dict[str, Any]], as_json: bool) -> None:
    emit(
        {"places": rows},
        as_json,
        lambda: [f"{row['key']:<18}{row['name']}  {row['about']}" for row in rows],
    )


def _show(place: Place, faults: list[str], as_json: bool) -> None:
    document = {
        **_short(place),
        "differences": [
            {
                "what": each.what,
                "sentence": each.sentence,
                "quoted": not each.told,
                "source": each.source,
                "files": list(each.files),
                "proof": [{"file": file, "case": case} for file, case in each.proof],
            }
            for each in place.differences
        ],
        "left": list(place.left),
        "faults": faults,
    }

    def lines() -> Iterator[str]:
        yield f"{place.name}：{place.about}"
        for each in place.differences:
            yield f"- {each.what}"
            yield f"    依据：{each.sentence if each.told else f'“{each.sentence}”'}（{each.source}）"
            if each.files:
                yield f"    文件：{'、'.join(each.files)}"
            yield from (f"    用例：{file} {case}" for file, case in each.proof)
        yield from (f"- 未做成规则：{each}" for each in place.left)
        yield from faults or ["检查、用例均通过"]

    emit(document, as_json, lines)
    if faults:
        raise SystemExit(FOUND)


def _copy(place: Place, folder: Path) -> None:
    """Write the files of a package into a folder that does not exist yet."""
    if folder.exists():
        raise click.UsageError(f"{folder} exists already; name a new folder")
    folder.mkdir(parents=True)
    (folder / "place.yaml").write_bytes(place.description)
    for source in place.own():
        (folder / source.name).write_bytes(source.content)
    click.echo(f"{folder}: {len(place.files) + 1} files of {place.key}")
