"""Headers, session, CSRF and the sign-in's rate limit."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from itsdangerous import BadSignature

from webapp.tries import SCHEME

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SESSION_MINUTES = 30  # without a request; each one begins them anew
MAX_UPLOAD_BYTES = 64 * 1024 * 1024  # one request; the single file is limited below the edge

csrf = CSRFProtect()
login_manager = LoginManager()


class PageSessions(SecureCookieSessionInterface):
    """Sessions that the pages renew; what is asked for beside a page leaves the cookie alone.

    A draft, a diagram or a style sheet may be answered after the page that was asked for later, and its older
    cookie would take that page's messages away again. So it renews a session only where this is due: a clerk who
    types for an hour stays signed in.
    """

    BESIDE_AFTER = timedelta(minutes=5)

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        if not session.modified and self._is_beside() and not self._is_due(app):
            return False
        return super().should_set_cookie(app, session)

    @staticmethod
    def _is_beside() -> bool:
        return "HX-Request" in request.headers or "text/html" not in request.headers.get("Accept", "")

    def _is_due(self, app: Flask) -> bool:
        serializer = self.get_signing_serializer(app)
        given = request.cookies.get(self.get_cookie_name(app), "")
        try:
            signed_at = serializer.loads(given, return_timestamp=True)[1] if serializer else None
        except BadSignature:
            return False
        return signed_at is not None and datetime.now(UTC) - signed_at > self.BESIDE_AFTER


def sign_in_key() -> str:
    """Failed sign-ins count for one account at one address: an office often shares an address."""
    return f"{get_remote_address()}/{request.form.get('username', '').strip().lower()}"


limiter = Limiter(key_func=get_remote_address, storage_uri=f"{SCHEME}://")


def secret_key(folder: Path) -> bytes:
    """The key that signs sessions, made at the first start and kept beside the data (mode 600)."""
    path = folder / "session.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = secrets.token_bytes(32)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was faster
            return path.read_bytes()
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
        return fresh


def init_security(app: Flask, *, key: bytes, secure_cookies: bool, minutes: int = SESSION_MINUTES) -> None:
    """Set the application up as an intranet expects it."""
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="zhunru",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=minutes),
        SESSION_REFRESH_EACH_REQUEST=True,
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        WTF_CSRF_TIME_LIMIT=None,  # the session's end is the token's end
        WTF_CSRF_SSL_STRICT=False,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    app.session_interface = PageSessions()
    csrf.init_app(app)
    login_manager.init_app(app)
    login_manager.session_protection = "basic"
    limiter.init_app(app)
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Add the house's headers to every answer; a page with personal data is never cached."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def versioned_static(app: Flask) -> None:
    """Add `v=` to addresses of static files, so that they are cached for long and never stale."""
    seen: dict[str, str] = {}

    def version(endpoint: str, values: dict[str, Any]) -> None:
        name = values.get("filename")
        if endpoint != "static" or not name or "v" in values:
            return
        if name not in seen or app.debug:
            path = Path(app.static_folder or "") / name
            seen[name] = f"{path.stat().st_mtime_ns:x}"[-10:] if path.exists() else "0"
        values["v"] = seen[name]

    app.url_defaults(version)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = timedelta(days=30)
