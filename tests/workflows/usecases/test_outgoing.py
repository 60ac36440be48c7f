"""Calls to other systems: where they may go, how they are signed, what an answer means."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.peer import Peer, serving
from workflows.usecases import outgoing
from workflows.usecases.outgoing import BadAddress, PeerFailed, PeerRefused


@pytest.fixture
def peer():  # type: ignore[no-untyped-def]
    with serving() as found:
        yield found


def send(peer: Peer, at: datetime, *, address: str = "", timeout: float = 5.0) -> outgoing.Answer:
    return outgoing.post(
        address or peer.address,
        {"a": "社区"},
        secret="s" * 32,
        key="k1",
        at=at,
        allowed=(peer.host,),
        timeout=timeout,
    )


def test_a_document_goes_out_signed_and_its_answer_comes_back(peer: Peer, at: datetime) -> None:
    peer.answers, peer.secret = [(201, {"number": "7"})], "s" * 32
    assert send(peer, at) == outgoing.Answer(201, {"number": "7"})
    (request,) = peer.requests
    assert (request.path, request.body, request.key) == ("/take", {"a": "社区"}, "k1")
    assert outgoing.signed("s" * 32, at, request.raw, request.headers, target="/take")
    assert send(peer, at, address=f"{peer.address}?office=1").status == 201
    peer.secret = "another"
    with pytest.raises(PeerRefused, match="签名不对"):
        send(peer, at)


def test_a_signature_of_another_secret_call_or_long_ago_is_none(at: datetime) -> None:
    headers = outgoing.sign("right" * 8, at, b"body", target="/a?b=1", key="k1")

    def good(secret: str = "right" * 8, body: bytes = b"body", minutes: int = 0, **changed: str) -> bool:
        sent = {**headers, **{name: text for name, text in changed.items() if name in outgoing.HEADERS}}
        call = {"target": changed.get("target", "/a?b=1"), "method": changed.get("method", "POST")}
        return outgoing.signed(secret, at + timedelta(minutes=minutes), body, sent, **call)

    assert good()
    assert good(minutes=4)
    assert not good(minutes=6)
    assert not good(secret="wrong" * 8)
    assert not good(body=b"bodies")
    assert not good(target="/a?b=2")
    assert not good(target="/c?b=1")
    assert not good(method="PUT")
    assert not good(**{outgoing.KEY: "k2"})
    assert not good(**{outgoing.KEY: ""})
    assert not good(**{outgoing.STAMP: "٣"})
    assert not good(**{outgoing.SIGNATURE: headers[outgoing.SIGNATURE].removeprefix("v1=")})
    assert not outgoing.signed("right" * 8, at, b"body", {}, target="/a?b=1")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, PeerRefused),
        (404, PeerRefused),
        (409, PeerRefused),
        (429, PeerFailed),
        (500, PeerFailed),
        (503, PeerFailed),
    ],
)
def test_an_answer_that_says_no_is_told_from_one_to_be_tried_again(
    peer: Peer, at: datetime, status: int, error: type[PeerFailed]
) -> None:
    peer.answers = [(status, {"error": {"message": "名称重复"}})]
    with pytest.raises(PeerFailed) as raised:
        send(peer, at)
    assert type(raised.value) is error
    assert f"状态 {status} 名称重复" in raised.value.tell("zh")


def test_a_redirect_is_not_followed(peer: Peer, at: datetime) -> None:
    peer.answers = [(302, {})]
    with pytest.raises(PeerFailed):
        send(peer, at)
    assert len(peer.requests) == 1


def test_a_peer_that_keeps_silent_is_left(peer: Peer, at: datetime) -> None:
    peer.answers = [1.0]
    with pytest.raises(PeerFailed) as raised:
        send(peer, at, timeout=0.2)
    assert "秒内没有答复" in raised.value.tell("zh")


def test_an_answer_that_is_no_json_counts_by_its_status(peer: Peer, at: datetime) -> None:
    peer.answers = [(200, b"<html>ok</html>")]
    assert send(peer, at).body == {}


def test_nobody_at_the_address_is_a_failure_to_be_tried_again(at: datetime) -> None:
    with pytest.raises(PeerFailed):
        outgoing.post(
            "http://127.0.0.1:9/", {}, secret="s", key="k", at=at, allowed=("127.0.0.1",), timeout=1
        )


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x",
        "http://127.1.2.3:8000",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "ftp://oa.example/",
        "file:///etc/passwd",
        "http://user:pw@oa.example/",
        "http:///nothing",
        "http://oa.example:99999/",
        "http://oa.example/a b",
        "oa.example",
    ],
)
def test_an_address_that_may_not_be_called_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        outgoing.look_at(address)


def test_the_offices_own_network_may_be_called() -> None:
    for address in ("http://10.1.2.3:8080/oa", "https://192.168.0.5/", "https://oa.example.gov.cn/take?x=1"):
        assert outgoing.look_at(address).hostname


def test_a_name_that_leads_to_this_machine_is_refused_when_it_is_called(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(2, 1, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *given, **named: found)
    with pytest.raises(BadAddress):
        outgoing.post("http://oa.example.gov.cn/", {}, secret="s", key="k", at=at)


def test_where_hosts_are_named_no_other_is_called() -> None:
    named = ("oa.example.gov.cn", "10.0.0.7:8080")
    assert outgoing.look_at("https://oa.example.gov.cn/x", named)
    assert outgoing.look_at("http://10.0.0.7:8080/x", named)
    for address in ("http://10.0.0.7/x", "https://grid.example.gov.cn/"):
        with pytest.raises(BadAddress) as raised:
            outgoing.look_at(address, named)
        assert "ZHUNRU_OUTGOING_HOSTS" in raised.value.tell("zh")


def test_the_example_of_the_documentation_is_what_we_sign() -> None:
    """Its code is run as it stands there; then the same call is signed by ours."""
    text = (Path(__file__).parents[3] / "docs" / "API.md").read_text(encoding="utf-8")
    (example,) = [each for each in re.findall(r"```python\n(.*?)```", text, re.S) if "hmac" in each]
    given: dict[str, Any] = {}
    exec(example, given)
    at = datetime.fromtimestamp(1773624600, UTC)
    headers = outgoing.sign(
        "example-secret", at, given["body"], target="/api/v1/messages", key="W2026-0001-done"
    )
    assert headers[outgoing.SIGNATURE] == given["expected"]
