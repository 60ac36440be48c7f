"""The interface's two languages.

Messages are English in the source (`_("Inbox")`), Chinese in `translations/zh/LC_MESSAGES/messages.po`, which is
read once at start, so there is no compile step. Chinese is the default; a visitor's choice is kept in a cookie.

    python -m webapp.i18n                       # list the messages that lack Chinese; exit 1 if any
    python -m webapp.i18n add "Inbox" "待办"      # write one
    python -m webapp.i18n add < messages.json   # write many: {"English": "中文", ...}
"""

from __future__ import annotations

import fcntl
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain, get_locale, gettext, lazy_gettext, ngettext

__all__ = ["LOCALES", "LOCALE_COOKIE", "_", "_l", "init_i18n", "locale_name", "ngettext"]

_ = gettext
_l = lazy_gettext

LOCALES = {"zh": "中文", "en": "English"}
LOCALE_COOKIE = "locale"
PACKAGE = Path(__file__).parent
PO_FILE = PACKAGE / "translations" / "zh" / "LC_MESSAGES" / "messages.po"

HEADER = """\
# Chinese of the interface. Add with: python -m webapp.i18n add "English" "中文"
msgid ""
msgstr ""
"Project-Id-Version: zhunru\\n"
"Language: zh_Hans_CN\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.svg", "jinja2")]


def read_catalog(path: Path = PO_FILE) -> Catalog:
    """Read the Chinese catalogue; an empty one where the file does not exist yet."""
    if not path.exists():
        return Catalog(locale="zh_Hans_CN", project="zhunru", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def translations_of(catalog: Catalog) -> Translations:
    """Turn a catalogue into translations that gettext understands, in memory."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    buffer.seek(0)
    return Translations(fp=buffer)


class PoDomain(Domain):
    """The one message domain, built from the .po file when the application starts."""

    def __init__(self) -> None:
        super().__init__()
        self._chinese = translations_of(read_catalog())
        self._source = NullTranslations()

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return self._chinese if locale is not None and locale.language == "zh" else self._source


class HouseBabel(Babel):
    """Flask-Babel with our domain instead of compiled files on disk."""

    def __init__(self) -> None:
        self._domain = PoDomain()
        super().__init__()

    @property
    def domain_instance(self) -> Domain:
        return self._domain


def select_locale() -> str:
    """The visitor's choice, else Chinese: an office does not set its browsers up with care."""
    chosen = request.cookies.get(LOCALE_COOKIE, "")
    return chosen if chosen in LOCALES else "zh"


def locale_name() -> str:
    """`zh` or `en`, as `Refused.tell` and `Fault.tell` want it; Chinese outside a request."""
    locale = get_locale() if g else None
    return "en" if locale is not None and locale.language == "en" else "zh"


def init_i18n(app: Flask) -> None:
    """Make `_()` work in Python and in templates."""
    HouseBabel().init_app(
        app,
        default_locale="zh",
        default_timezone="Asia/Shanghai",
        locale_selector=select_locale,
    )
    app.jinja_env.globals.update(locale_name=locale_name, LOCALES=LOCALES)


# --- the catalogue as a file people edit ---


def messages_in_source() -> dict[str | tuple[str, str], list[str]]:
    """Every message of templates and Python -> where it stands (`templates/home.html:12`)."""
    found: dict[str | tuple[str, str], list[str]] = {}
    options = {"templates/**.html": {"silent": "false"}}
    keywords = {
        "_": None,
        "_l": None,
        "N_": None,
        "gettext": None,
        "ngettext": (1, 2),
        "lazy_gettext": None,
    }
    rows = extract_from_dir(PACKAGE, METHODS, options, keywords=keywords, strip_comment_tags=True)
    for filename, line, message, _comments, _context in rows:
        key = message if isinstance(message, str) else (message[0], message[1])
        found.setdefault(key, []).append(f"{filename}:{line}")
    return found


def missing_messages() -> dict[str, list[str]]:
    """Messages of the source without Chinese, or with a fuzzy one -> where they stand."""
    catalog = read_catalog()
    lacking: dict[str, list[str]] = {}
    for key, places in messages_in_source().items():
        message = catalog.get(key if isinstance(key, str) else key[0])
        text = message.string if message else ""
        if message is None or message.fuzzy or not (text if isinstance(text, str) else all(text or ())):
            lacking[key if isinstance(key, str) else key[0]] = places
    return lacking


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the folder of the catalogue, so that two people can add at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(Path(__file__), "rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        yield


def add_messages(pairs: dict[str, str], path: Path = PO_FILE) -> None:
    """Write Chinese for messages, in the order of the alphabet; one that is there is replaced."""
    with _locked(path):
        catalog = read_catalog(path)
        catalog.fuzzy = False
        # Chinese has one form for any number; the .po entry names both English ones all the same.
        plurals = {key[0]: key for key in messages_in_source() if isinstance(key, tuple)}
        for english, chinese in pairs.items():
            if english in catalog:
                catalog.delete(english)
            flags = ["python-format"] if "%(" in english else []
            if english in plurals:
                catalog.add(plurals[english], (chinese,), flags=flags)
            else:
                catalog.add(english, chinese, flags=flags)
        buffer = io.BytesIO()
        write_po(buffer, catalog, width=110, no_location=True, omit_header=True, sort_output=True)
        path.write_bytes(HEADER.encode() + buffer.getvalue())


def main(arguments: list[str]) -> int:
    """Run the commands of the module's docstring; returns the exit status."""
    if arguments[:1] == ["add"]:
        pairs = {arguments[1]: arguments[2]} if len(arguments) == 3 else json.load(sys.stdin)
        add_messages(pairs)
        return 0
    lacking = missing_messages()
    for message, places in sorted(lacking.items()):
        sys.stdout.write(f"{places[0]}\t{message}\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
