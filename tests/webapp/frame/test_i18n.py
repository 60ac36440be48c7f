"""Chinese for every message, and a catalogue that two people can write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from webapp import i18n


def test_a_message_is_added_once_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "messages.po"
    i18n.add_messages({"Home": "主页"}, path)
    i18n.add_messages({"Home": "首页", "%(num)d minute ago": "%(num)d 分钟前"}, path)
    translations = i18n.translations_of(i18n.read_catalog(path))
    assert translations.ugettext("Home") == "首页"
    assert translations.ungettext("%(num)d minute ago", "%(num)d minutes ago", 3) == "%(num)d 分钟前"
    assert path.read_text("utf-8").count('msgid "Home"') == 1


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "messages.po"
    code = "import sys; from pathlib import Path; from webapp.i18n import add_messages\n"
    code += "add_messages({f'word {sys.argv[1]}': '词'}, Path(sys.argv[2]))"
    writers = [subprocess.Popen([sys.executable, "-c", code, str(n), str(path)]) for n in range(4)]
    assert [writer.wait(60) for writer in writers] == [0] * 4
    assert len(i18n.read_catalog(path)) == 4


def test_messages_of_templates_and_python_are_found() -> None:
    found = i18n.messages_in_source()
    assert any(place.startswith("templates/home.html") for place in found["What is moving"])
    assert any(place.startswith("accounts.py") for place in found["User name"])


def test_placeholders_are_the_same_in_both_languages() -> None:
    import re

    wrong = []
    for message in i18n.read_catalog():
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[0]
        chinese = message.string if isinstance(message.string, str) else message.string[0]
        pattern = r"%\(\w+\)[sd]|\{\w*\}"
        if set(re.findall(pattern, english)) != set(re.findall(pattern, chinese)):
            wrong.append(english)
    assert wrong == []
