"""Calls to other systems over HTTP: one signed JSON document out, one small answer back.

The address is an administrator's, and still not trusted: only http and https, no redirect is followed, and the connection
goes to the very network address that was looked at (a name that answers otherwise the second time leads nowhere). This
machine itself and the link-local range, where clouds keep their keys, are refused, unless `ZHUNRU_OUTGOING_HOSTS` names
the hosts that may be called: then those, and no others.

The standard library does it: nothing that is installed calls HTTP, and a client of its own would still have to be kept
from resolving the name anew.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

import orjson

from forms.faults import Refused

TIMEOUT = 10.0  # seconds, for connecting and for each read
LARGEST = 64 * 1024  # bytes of an answer that are read
FRESH = 300  # seconds a signature is good for


class BadAddress(Refused):
    """An address may not be called. Facts: address, why, why_en."""

    zh: ClassVar[str] = "地址“{address}”不能使用：{why}"
    en: ClassVar[str] = "The address {address} cannot be used: {why_en}"


class PeerFailed(Refused):
    """The other system did not answer, or not so that it counts. Facts: host, why, why_en, status."""

    zh: ClassVar[str] = "“{host}”没有正常答复：{why}"
    en: ClassVar[str] = "{host} did not answer properly: {why_en}"


class PeerRefused(PeerFailed):
    """The other system looked at it and said no: the same again would be refused again."""

    zh: ClassVar[str] = "“{host}”不予受理：{why}"
    en: ClassVar[str] = "{host} refused it: {why_en}"


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and its JSON object (empty where there is none)."""

    status: int
    body: Mapping[str, Any]


# ------------------------------------------------------------------ signatures, both ways
HEADERS = STAMP, SIGNATURE, KEY = ("X-Zhunru-Timestamp", "X-Zhunru-Signature", "Idempotency-Key")
VERSION = "v1"
"""How a signature is made; it stands before it, so that another way may come beside this one."""


def sign(
    secret: str, at: datetime, body: bytes, *, target: str, key: str, method: str = "POST"
) -> dict[str, str]:
    """The headers that say who calls what, when and with which body.

    Args:
        target: path and query, as the request line has them.
        key: the Idempotency-Key; it goes into the headers too, where there is one.
    """
    stamp = str(int(at.timestamp()))
    signature = _digest(secret, method, target, stamp, key, body)
    return {STAMP: stamp, SIGNATURE: f"{VERSION}={signature}"} | ({KEY: key} if key else {})


def signed(
    secret: str, at: datetime, body: bytes, headers: Mapping[str, str], *, target: str, method: str = "POST"
) -> bool:
    """Whether a call that came in is signed with the secret, a few minutes ago at most, for this target and key."""
    stamp = headers.get(STAMP, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return False
    if abs(int(stamp) - at.timestamp()) > FRESH:
        return False
    wanted = f"{VERSION}={_digest(secret, method, target, stamp, headers.get(KEY, ''), body)}"
    return hmac.compare_digest(headers.get(SIGNATURE, "").encode(), wanted.encode())


def _digest(secret: str, method: str, target: str, stamp: str, key: str, body: bytes) -> str:
    """HMAC-SHA256 of six lines; none of them can hold the end of a line."""
    lines = (VERSION, method, target, stamp, key, hashlib.sha256(body).hexdigest())
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


# ------------------------------------------------------------------ where it goes
def look_at(address: str, allowed: Collection[str] = ()) -> SplitResult:
    """An address in its parts. Raises `BadAddress` where it is none, or its host may not be called."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _bad(address, "不是有效的网址", "not an address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _bad(address, "应以 http:// 或 https:// 开头", "it must begin with http:// or https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _bad(address, "不能带用户名、密码或 #", "it may hold no user, password or #")
    if any(sign <= " " for sign in address):
        raise _bad(address, "不能有空格", "it may hold no spaces")
    if allowed and not {parts.hostname, f"{parts.hostname}:{port or _port(parts)}"} & set(allowed):
        raise _bad(
            address, "不在允许访问的主机之列(ZHUNRU_OUTGOING_HOSTS)", "not among ZHUNRU_OUTGOING_HOSTS"
        )
    if not allowed and _is_own(parts.hostname):
        raise _bad(address, *_OWN)
    return parts


def _is_own(host: str) -> bool:
    try:
        return not _public(host)
    except ValueError:
        return host == "localhost"


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _bad(address: str, why: str, why_en: str) -> BadAddress:
    return BadAddress(address=address[:200], why=why, why_en=why_en)


def _reached(parts: SplitResult, allowed: Collection[str], address: str) -> str:
    """The network address to connect to: the first the name stands for. Raises `BadAddress`, `PeerFailed`."""
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PeerFailed(host=host, why="找不到这台主机", why_en="no such host") from error
    for *_, place in found:
        if not allowed and not _public(str(place[0])):
            raise _bad(address, *_OWN)
    return str(found[0][4][0])


_OWN = ("指向本机或链路本地地址", "it leads to this machine or a link-local address")


def _public(text: str) -> bool:
    """Not this machine, not link-local, no group. The office's own network (10/8, 192.168/16 ...) is what is meant."""
    place = ipaddress.ip_address(text.partition("%")[0])
    place = getattr(place, "ipv4_mapped", None) or place
    return not (place.is_loopback or place.is_link_local or place.is_multicast or place.is_unspecified) and (
        place.version == 4 or not place.is_reserved
    )


class _Plain(http.client.HTTPConnection):
    """Connects to the address that was looked at, and calls it by its name."""

    place = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.place, self.port), self.timeout)


class _Secure(http.client.HTTPSConnection):
    place = ""

    def connect(self) -> None:
        plain = socket.create_connection((self.place, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


# ------------------------------------------------------------------ the call
def post(
    address: str,
    document: Mapping[str, Any],
    *,
    secret: str,
    key: str,
    at: datetime,
    allowed: Collection[str] = (),
    timeout: float = TIMEOUT,
) -> Answer:
    """Send a document; the same `key` is the same deed, however often it is sent.

    Raises:
        BadAddress: it may not be called.
        PeerRefused: an answer 400 to 499 other than 408, 425 and 429.
        PeerFailed: anything else that is not 200 to 299; the same may be sent again later.
    """
    parts = look_at(address, allowed)
    host = parts.hostname or ""
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    body = orjson.dumps(document)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "zhunru",
        **sign(secret, at, body, target=target, key=key),
    }
    connection = (_Secure if parts.scheme == "https" else _Plain)(host, _port(parts), timeout=timeout)
    connection.place = _reached(parts, allowed, address)
    try:
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        status, content = response.status, _content(response, timeout)
    except TimeoutError as error:
        raise PeerFailed(
            host=host, why=f"{timeout:g} 秒内没有答复", why_en=f"no answer within {timeout:g} s"
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise PeerFailed(
            host=host, why="连接失败或中断", why_en="the connection failed or broke off"
        ) from error
    finally:
        connection.close()
    return _read(host, status, content)


def _content(response: http.client.HTTPResponse, timeout: float) -> bytes:
    """What an answer holds, as far as it is looked at; one that trickles in for ever is given up."""
    until = time.monotonic() + timeout
    found = b""
    while len(found) < LARGEST and (more := response.read1(LARGEST - len(found))):
        found += more
        if time.monotonic() > until:
            raise TimeoutError
    return found


def _read(host: str, status: int, content: bytes) -> Answer:
    try:
        found = orjson.loads(content) if content.strip() else {}
    except ValueError:
        found = {}
    body = found if isinstance(found, dict) else {}
    if 200 <= status < 300:
        return Answer(status, body)
    said = body.get("error", body.get("message", ""))
    said = said.get("message", "") if isinstance(said, dict) else said
    words = "".join(sign for sign in str(said) if sign.isprintable())[:200]
    why, why_en = (f"状态 {status}", f"status {status}")
    facts = {
        "host": host,
        "status": status,
        "why": f"{why} {words}".strip(),
        "why_en": f"{why_en} {words}".strip(),
    }
    if 400 <= status < 500 and status not in (408, 425, 429):
        raise PeerRefused(**facts)
    raise PeerFailed(**facts)
