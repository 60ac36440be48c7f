"""Words and signs of FEEL.

A name of several words needs no list of known names: in FEEL two words side by side can only be one name.
Names that hold a keyword or a sign (`working days between`, `a-b`) are found where they are known: built-in
functions, what the caller says is in scope, and keys of contexts as they are written.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lark import Token

from forms.feel.errors import FeelSyntaxError

KEYWORDS = {
    word: word.upper()
    for word in (
        *("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or"),
        *("between", "function", "true", "false", "null"),
    )
}
KEYWORD_NAMES = frozenset(
    {
        "date and time",
        "years and months duration",
        "days and time duration",
        "working days between",
        "get or else",
    }
)
"""Names of functions and types that hold a keyword."""

_START = r"(?:[^\W\d]|[?\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\uFDF0-\uFFFD\U00010000-\U000EFFFF])"
_PART = r"(?:\w|[?\u00B7\u0300-\u036F\u200C\u200D\u203F\u2040\u2070-\u218F\u2C00-\u2FEF\uFDF0-\uFFFD\U00010000-\U000EFFFF])"
_WORD = re.compile(f"{_START}{_PART}*")
_NEXT_WORD = re.compile(f"{_PART}+")
_SPACE = re.compile(r"(?:\s|\u180E|\uFEFF|//[^\n\r]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_KEY = re.compile(rf"({_START}(?:{_PART}|[\s./'’+*-])*?)\s*:")
_SIGNS = {
    "..": "DOTDOT",
    "**": "POW",
    "<=": "LE",
    ">=": "GE",
    "!=": "NE",
    "->": "ARROW",
    "<": "LT",
    ">": "GT",
    "=": "EQ",
    "+": "PLUS",
    "-": "MINUS",
    "*": "STAR",
    "/": "SLASH",
    ".": "DOT",
    ",": "COMMA",
    ":": "COLON",
    "(": "LPAR",
    ")": "RPAR",
    "{": "LBRACE",
    "}": "RBRACE",
}
_VALUES = frozenset({"NUMBER", "STRING", "TEMPORAL", "NAME", "TRUE", "FALSE", "NULL"})
_CLOSED = _VALUES | {"RPAR", "RSQB", "REVCLOSE", "RBRACE"}
_INFIX = "and|or|then|else|return|satisfies|in|between|instance"
_AFTER_RANGE = re.compile(rf"$|[)\]}},.=<>!*/+:]|\.\.|(?:{_INFIX})\b")
_OPERAND = re.compile(rf'[\d"@(-]|\.\d|(?!(?:{_INFIX})\b){_START}')
_DOTS = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^\[\]"])*?\.\.', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_NOT = re.compile(r"not\s*\(")


def tokenize(text: str, known: frozenset[str] = frozenset(), *, unary: bool = False) -> list[Token]:
    """Split FEEL into tokens.

    Raises:
        FeelSyntaxError: a character that FEEL does not have, a string that does not end.
    """
    return _Scanner(text, known, unary).run()


def normalise(name: str) -> str:
    """Return a name with each stretch of white space as one space."""
    return " ".join(name.split())


def unescape(body: str) -> str:
    """Return what a string literal's body stands for; an unknown escape stays as written."""
    if "\\" not in body:
        return body
    plain = _ESCAPE.sub(_unescape, body)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "uU" and len(code) > 1:
        point = int(code[1:], 16)
        return chr(point) if point <= 0x10FFFF else match[0]
    return _ESCAPED.get(code, match[0])


@lru_cache(maxsize=512)
def _name_pattern(name: str) -> re.Pattern[str]:
    """Return a pattern for a known name: any space between words, none or any around signs."""
    pieces = re.findall(rf"{_PART}+|[^\s]", name)
    pattern = ""
    before_word = False
    for piece in pieces:
        is_word = _NEXT_WORD.fullmatch(piece) is not None
        gap = r"\s+" if is_word and before_word else r"\s*"
        pattern += (gap if pattern else "") + re.escape(piece)
        before_word = is_word
    return re.compile(rf"{pattern}(?!{_PART})")


def _special(name: str) -> bool:
    """Tell whether a name has to be known to be read: it holds a sign or a keyword."""
    words = name.split()
    return any(_NEXT_WORD.fullmatch(word) is None or word in KEYWORDS for word in words)


class _Scanner:
    def __init__(self, text: str, known: frozenset[str], unary: bool) -> None:
        self.text, self.at, self.unary = text, 0, unary
        self.tokens: list[Token] = []
        self.frames: list[list[bool | str]] = []  # [bracket, has it seen ".."]
        names = {normalise(name) for name in known if _special(name)} | KEYWORD_NAMES
        self.known = sorted(names, key=len, reverse=True)

    def run(self) -> list[Token]:
        text = self.text
        self._skip()
        if self.unary and _NOT.match(text, self.at):
            self._add("NOT", "not", self.at + 3)
            self._skip()
        while self.at < len(text):
            self._next(text[self.at])
            self._skip()
        return self.tokens

    def _skip(self) -> None:
        if (match := _SPACE.match(self.text, self.at)) is not None:
            self.at = match.end()

    def _add(self, kind: str, value: str, end: int) -> None:
        self.tokens.append(Token(kind, value, start_pos=self.at, end_pos=end))
        self.at = end

    def _previous(self) -> str:
        return self.tokens[-1].type if self.tokens else ""

    def _next(self, char: str) -> None:
        text, at = self.text, self.at
        if char == '"':
            self._string("STRING", at)
        elif char == "@":
            gap = _SPACE.match(text, at + 1)
            self._string("TEMPORAL", gap.end() if gap else at + 1)
        elif (match := _NUMBER.match(text, at)) and not text.startswith("..", at):
            self._add("NUMBER", match[0], match.end())
        elif char in "[]":
            self._bracket(char)
        elif text[at : at + 2] in _SIGNS:
            self._sign(text[at : at + 2])
        elif char in _SIGNS:
            self._sign(char)
        elif _WORD.match(text, at):
            self._word()
        else:
            raise FeelSyntaxError(text, at, "unexpected", found=repr(char))

    def _string(self, kind: str, start: int) -> None:
        match = _STRING.match(self.text, start)
        if match is None:
            raise FeelSyntaxError(self.text, start, "open_string")
        self._add(kind, unescape(match[1]), match.end())

    def _sign(self, sign: str) -> None:
        kind = _SIGNS[sign]
        if sign in ("(", "{"):
            self.frames.append([sign, False])
        elif sign in (")", "}"):
            if self.frames:
                self.frames.pop()
        elif sign == ".." and self.frames:
            self.frames[-1][1] = True
        self._add(kind, sign, self.at + len(sign))
        if sign in ("{", ",") and self.frames and self.frames[-1][0] == "{":
            self._key()

    def _key(self) -> None:
        """Read a context's key, which may hold signs, and remember it for what follows."""
        self._skip()
        match = _KEY.match(self.text, self.at)
        if match is None or self.text.startswith('"', self.at):
            return
        name = normalise(match[1])
        if _special(name):
            self.known = sorted({*self.known, name}, key=len, reverse=True)
        self._add("NAME", name, match.end(1))

    def _bracket(self, char: str) -> None:
        operand = self._previous() not in _CLOSED
        after = _SPACE.match(self.text, self.at + 1)
        rest = after.end() if after else self.at + 1
        if char == "[":
            in_range = bool(self.frames) and self.frames[-1][1] is True
            if not operand and in_range and _AFTER_RANGE.match(self.text, rest):
                self.frames.pop()
                self._add("REVCLOSE", char, self.at + 1)
                return
            self.frames.append(["[", False])
            self._add("LSQB", char, self.at + 1)
            return
        ranged = _OPERAND.match(self.text, rest) and _DOTS.match(self.text, rest)
        empty_list = self._previous() == "LSQB" and not ranged
        if operand and not empty_list:
            self.frames.append(["]", False])
            self._add("REVOPEN", char, self.at + 1)
            return
        if self.frames:
            self.frames.pop()
        self._add("RSQB", char, self.at + 1)

    def _word(self) -> None:
        text, at = self.text, self.at
        previous = self._previous()
        end, keyword = self._one_word(at, after_dot=previous == "DOT")
        if keyword is not None:
            kind, value = keyword
            if kind in ("AND", "OR") and previous not in _CLOSED and re.match(r"\s*\(", text[end : end + 9]):
                kind = "NAME"  # and(list), or(list)
            self._add(kind, value, end)
            return
        while True:
            gap = _SPACE.match(text, end)
            if gap is None or _NEXT_WORD.match(text, gap.end()) is None:
                break
            following, keyword = self._one_word(gap.end(), after_dot=False)
            if keyword is not None:
                break
            end = following
        self._add("NAME", normalise(_SPACE.sub(" ", text[at:end])), end)

    def _one_word(self, at: int, *, after_dot: bool) -> tuple[int, tuple[str, str] | None]:
        """Return the end of the known name or the word that stands here, and the keyword it is, if any."""
        text = self.text
        for name in self.known:
            match = _name_pattern(name).match(text, at)
            if match is not None:
                return match.end(), None
        match = _NEXT_WORD.match(text, at)
        assert match is not None
        word = match[0]
        if after_dot:
            return match.end(), None
        if word == "instance" and (whole := re.compile(r"instance\s+of\b").match(text, at)):
            return whole.end(), ("INSTANCE_OF", "instance of")
        if word == "external" and re.compile(r"external\s*\{").match(text, at):
            return match.end(), ("EXTERNAL", word)
        kind = KEYWORDS.get(word)
        return match.end(), None if kind is None else (kind, word)
