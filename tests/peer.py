"""A system outside, as a real server on this machine: it takes signed requests and answers as a test tells it.

Where it was given a secret it looks at the signature itself, by what docs/API.md says and none of our code.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    """What the peer was sent."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def key(self) -> str:
        return self.headers["Idempotency-Key"]

    def is_signed(self, secret: str) -> bool:
        """As docs/API.md tells a system outside to look."""
        stamp, digest = self.headers["X-Zhunru-Timestamp"], hashlib.sha256(self.raw).hexdigest()
        text = "\n".join(("v1", "POST", self.path, stamp, self.key, digest))
        wanted = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(self.headers["X-Zhunru-Signature"], f"v1={wanted}")


@dataclass
class Peer:
    """`answers` are used up in order, the last one again and again: (status, JSON body), or seconds to keep silent."""

    port: int = 0
    secret: str = ""  # with one, a request that is not signed with it is answered 401
    answers: list[tuple[int, Any] | float] = field(default_factory=lambda: [(200, {})])
    requests: list[Request] = field(default_factory=list)
    done: dict[str, Any] = field(
        default_factory=dict
    )  # what was answered 200, by key: a repeated key does nothing

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/take"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def take(self, request: Request) -> tuple[int, Any] | float:
        self.requests.append(request)
        if self.secret and not request.is_signed(self.secret):
            return 401, {"error": {"message": "签名不对"}}
        if request.key in self.done:
            return 200, self.done[request.key]
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, tuple) and answer[0] == 200:
            self.done[request.key] = answer[1]
        return answer


@contextmanager
def serving() -> Iterator[Peer]:
    """A peer that listens until the test is over."""
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            answer = peer.take(Request(self.path, dict(self.headers.items()), raw))
            if isinstance(answer, float):
                time.sleep(answer)
                return  # and nothing is ever answered
            status, body = answer
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    peer.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
