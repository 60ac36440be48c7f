"""The grammar of FEEL for an LALR(1) parser, and the parse.

The tokens come from `forms.feel.lexer`, which settles what a context-free grammar cannot: names with
spaces, and whether a bracket opens, closes, filters or bounds a range.

Source: DMN 1.3, 10.3.1.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import LarkError, UnexpectedInput
from lark.lexer import Lexer

from forms.feel.errors import FeelSyntaxError
from forms.feel.lexer import tokenize

GRAMMAR = r"""
start: expression
tests: MINUS -> any
     | NOT LPAR test_list RPAR -> negated
     | test_list
test_list: test (COMMA test)*
?test: expression

?expression: disjunction
?disjunction: conjunction | disjunction OR conjunction -> or_
?conjunction: comparison | conjunction AND comparison -> and_
?comparison: operand
     | comparison op operand -> compare
     | comparison BETWEEN additive AND additive -> between
     | comparison IN in_right -> in_
     | comparison INSTANCE_OF type -> instance_of
?operand: additive | op additive -> compare_range
?in_right: operand
     | LPAR test COMMA test (COMMA test)* RPAR -> test_list
!op: LT | LE | GT | GE | EQ | NE
?additive: multiplicative
     | additive PLUS multiplicative -> add
     | additive MINUS multiplicative -> subtract
?multiplicative: exponent
     | multiplicative STAR exponent -> multiply
     | multiplicative SLASH exponent -> divide
?exponent: negation | exponent POW negation -> power
?negation: postfix | MINUS negation -> negate
?postfix: primary
     | postfix DOT NAME -> path
     | postfix LSQB expression RSQB -> filter
     | postfix LPAR arguments RPAR -> call
     | postfix LPAR named_arguments RPAR -> call
arguments: (expression (COMMA expression)*)?
named_arguments: named (COMMA named)*
named: NAME COLON expression

?primary: NUMBER -> number
     | STRING -> string
     | TEMPORAL -> temporal
     | TRUE -> true
     | FALSE -> false
     | NULL -> null
     | NAME -> name
     | LPAR expression RPAR -> group
     | LPAR additive DOTDOT additive (RPAR | RSQB | REVCLOSE) -> range
     | LSQB additive DOTDOT additive (RPAR | RSQB | REVCLOSE) -> range
     | REVOPEN additive DOTDOT additive (RPAR | RSQB | REVCLOSE) -> range
     | LSQB arguments RSQB -> list
     | LBRACE (entry (COMMA entry)*)? RBRACE -> context
     | IF expression THEN expression ELSE expression -> if_
     | FOR iterators RETURN expression -> for_
     | SOME iterators SATISFIES expression -> some
     | EVERY iterators SATISFIES expression -> every
     | FUNCTION LPAR parameters RPAR expression -> function
     | FUNCTION LPAR parameters RPAR EXTERNAL expression -> external
entry: (NAME | STRING) COLON expression
iterators: iterator (COMMA iterator)*
iterator: NAME IN expression
     | NAME IN additive DOTDOT additive -> steps
parameters: (parameter (COMMA parameter)*)?
parameter: NAME (COLON type)?

type: NAME (DOT NAME)* -> named_type
     | NULL -> named_type
     | NAME LT type GT -> list_type
     | NAME LT member (COMMA member)* GT -> context_type
     | FUNCTION LT (type (COMMA type)*)? GT ARROW type -> function_type
     | FUNCTION -> function_type
member: NAME COLON type

%declare NUMBER STRING TEMPORAL NAME TRUE FALSE NULL
%declare IF THEN ELSE FOR IN RETURN SOME EVERY SATISFIES AND OR BETWEEN INSTANCE_OF FUNCTION EXTERNAL NOT
%declare LT LE GT GE EQ NE PLUS MINUS STAR SLASH POW DOT DOTDOT COMMA COLON ARROW
%declare LPAR RPAR LSQB RSQB REVOPEN REVCLOSE LBRACE RBRACE
"""
MAX_LENGTH = 32_000


class _Tokens(Lexer):
    """Hands the parser tokens that are already made."""

    def __init__(self, _conf: Any) -> None:
        pass

    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]
        return iter(data)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(
        GRAMMAR,
        parser="lalr",
        lexer=_Tokens,
        start=["start", "tests"],
        keep_all_tokens=False,
        maybe_placeholders=False,
    )


def parse(text: str, known: frozenset[str] = frozenset(), *, unary: bool = False) -> Tree[Token]:
    """Parse an expression or unary tests.

    Args:
        text: FEEL.
        known: names in scope; only those with spaces around keywords or with signs in them are needed.
        unary: parse unary tests.

    Raises:
        FeelSyntaxError: with the place of the fault.
    """
    if len(text) > MAX_LENGTH:
        raise FeelSyntaxError(text[:60], MAX_LENGTH, "long")
    tokens = tokenize(text, known, unary=unary)
    try:
        return _parser().parse(tokens, start="tests" if unary else "start")
    except UnexpectedInput as fault:
        token = getattr(fault, "token", None)
        place = getattr(token, "start_pos", None)
        if token is None or token.type == "$END":
            raise FeelSyntaxError(text, len(text), "end") from None
        raise FeelSyntaxError(text, place or 0, "unexpected", found=repr(str(token))) from None
    except LarkError:
        raise FeelSyntaxError(text, 0, "unreadable") from None
