"""查验码: what stands on a certificate beside its number, so that nobody learns of others by counting numbers up."""

from __future__ import annotations

import hmac
import secrets
import unicodedata

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, 1, I, L, O: it is read off paper and typed."""
LENGTH = 10  # of 31 signs: 49 bits


def made() -> str:
    """A new code, as it is printed: `7KQ4M-W9XPA`."""
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return f"{code[:5]}-{code[5:]}"


def fits(kept: str | None, typed: str) -> bool:
    """Whether what was typed is the code: small letters, spaces, dashes and full-width signs do not count."""
    return bool(kept) and hmac.compare_digest(_bare(kept or "").encode(), _bare(typed).encode())


def _bare(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())
