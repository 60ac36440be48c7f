"""Text keeps a contrast of at least 4.5 to 1 on every ground it stands on (WCAG 2.1, 1.4.3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import webapp

FRAME = (Path(webapp.__file__).parent / "static" / "css" / "frame.css").read_text("utf-8")
COLOURS = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3,6})\b", FRAME))

PAIRS = [
    *[("ink", ground) for ground in ("paper", "ground", "blue-soft", "amber-soft", "red-soft", "green-soft")],
    *[("ink-2", ground) for ground in ("paper", "ground")],
    *[("blue", ground) for ground in ("paper", "ground", "blue-soft")],
    ("green", "green-soft"),
    ("amber", "amber-soft"),
    ("red", "red-soft"),
    ("amber", "paper"),
    ("red", "paper"),
    ("green", "paper"),
    ("#4a586a", "#eef1f5"),  # a plain chip
    ("#56657a", "#f8fafc"),  # heads of lists
    ("#c9d6e4", "side"),
    ("#9db2c8", "side"),
    ("#ffffff", "blue"),
    ("#ffffff", "#c9362b"),  # the count
    ("#66758a", "paper"),  # placeholders
]


def channel(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    text = COLOURS.get(colour, colour).lstrip("#")
    text = "".join(letter * 2 for letter in text) if len(text) == 3 else text
    red, green, blue = (channel(int(text[place : place + 2], 16)) for place in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_readable(text: str, ground: str) -> None:
    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
