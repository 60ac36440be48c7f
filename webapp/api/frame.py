"""What every route of the API stands on: the token, the body, the answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from decimal import Decimal
from functools import wraps
from typing import Any, ClassVar, TypeVar

from flask import Blueprint, Response, g, jsonify, request, url_for

from forms.binding import Bound
from forms.faults import Refused
from webapp import edge
from webapp.i18n import locale_name
from workflows.usecases import api_tokens, connections, instances, outgoing, typed
from workflows.usecases.errors import PostedBefore

View = TypeVar("View", bound=Callable[..., Any])
USE = "api.use"
PART = "request"
"""In a request with files: the part that holds the JSON object."""

bp = Blueprint("api", __name__, url_prefix="/api/v1")


class BadBody(Refused):
    """The body of a request is not what the route wants. Facts: where, wanted, wanted_en."""

    zh: ClassVar[str] = "请求内容有误：“{where}”应为{wanted}"
    en: ClassVar[str] = "Bad request: “{where}” must be {wanted_en}"

    def __init__(self, where: str, wanted: str, wanted_en: str) -> None:
        super().__init__(where=where[:100], wanted=wanted, wanted_en=wanted_en)


class NotSigned(Refused):
    """The account's requests must be signed, and this one is not, or too long ago."""

    zh: ClassVar[str] = "请求没有有效的签名(X-Zhunru-Timestamp、X-Zhunru-Signature)"
    en: ClassVar[str] = "The request has no good signature (X-Zhunru-Timestamp, X-Zhunru-Signature)"


# ------------------------------------------------------------------ who asks
def token() -> str:
    """The bearer token of this request, or nothing."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" else ""


def sign_in() -> None:
    """Make the token's account the actor of this request; whatever cookie came along does not count."""
    g.actor = None
    given = token()
    if given:
        with edge.reading() as tx:
            found = api_tokens.actor_of(tx, given)
            if found is not None and request.method not in edge.SAFE_METHODS:
                given_as = {"method": request.method, "target": request.full_path.removesuffix("?")}
                headers = {name: request.headers.get(name, "") for name in outgoing.HEADERS}
                if not connections.proves(
                    tx, found.username, request.get_data(cache=True), headers, **given_as
                ):
                    raise NotSigned()
            g.actor = found
        if g.actor is not None and request.method not in edge.SAFE_METHODS:
            api_tokens.used(edge.tx(), given)


def guard(access: edge.Access) -> Response | None:
    """Return a refusal where the token may not use the route."""
    try:
        sign_in()
    except PostedBefore as before:
        return _answered_before(before)
    except NotSigned as error:
        return refusal(401, "NotSigned", error.zh, error.en)
    actor = edge.actor_or_none()
    if actor is None:
        response = refusal(401, "NotSignedIn", "缺少有效的接口令牌", "A valid token is missing")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    if not (actor.may(USE) and access.admits(actor)):
        return refusal(403, "NotAllowed", "该接口账号没有此权限", "This account has no permission for this")
    return None


# ------------------------------------------------------------------ what is asked
class Body:
    """The JSON object of a request; what is not known is refused, so that a slip is not passed over."""

    def __init__(self, *known: str) -> None:
        multipart = request.mimetype == "multipart/form-data"
        raw: str | bytes = request.form.get(PART, "") if multipart else request.get_data(cache=True)
        try:
            data = json.loads(raw, parse_float=Decimal) if raw.strip() else {}
        except (ValueError, RecursionError) as error:
            raise BadBody("body", "JSON 对象", "a JSON object") from error
        if not isinstance(data, dict):
            raise BadBody("body", "JSON 对象", "a JSON object")
        for name in data:
            if name not in known:
                listed = "、".join(known) or "空"
                raise BadBody(name, f"已知的项目之一({listed})", f"one of {', '.join(known) or 'nothing'}")
        self.data: dict[str, Any] = data

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without a default it must be there."""
        value = self.data.get(name, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise BadBody(name, "文字", "a text")
        return value.strip()

    def maybe_text(self, name: str) -> str | None:
        """A text, or None where it is not given."""
        return None if self.data.get(name) is None else self.text(name)

    def number(self, name: str, default: int | None, lowest: int, highest: int) -> int:
        """A whole number within limits."""
        value = self.data.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise BadBody(name, f"{lowest} 至 {highest} 的整数", f"a whole number from {lowest} to {highest}")
        return value

    def maybe_number(self, name: str, lowest: int, highest: int) -> int | None:
        """A whole number, or None where it is not given."""
        return None if self.data.get(name) is None else self.number(name, None, lowest, highest)

    def milliseconds(self, name: str, default: int | None) -> timedelta:
        """A time of one second to one day, given in milliseconds."""
        return timedelta(milliseconds=self.number(name, default, 1_000, 86_400_000))

    def mapping(self, name: str) -> dict[str, Any]:
        """A JSON object, empty where it is not given."""
        value = self.data.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise BadBody(name, "JSON 对象", "a JSON object")
        return value

    def variables(self, name: str = "variables") -> dict[str, Any]:
        """Process variables: plain JSON, or `{"type": "date", "value": "2026-03-16"}` for what JSON has not."""
        return {key: variable(f"{name}.{key}", key, value) for key, value in self.mapping(name).items()}


def variable(where: str, name: str, value: Any) -> Any:
    """One variable of a body. Raises `BadBody`, `BadVariable`, `BadName`."""
    if isinstance(value, dict) and set(value) == {"type", "value"}:
        kind, given = value["type"], value["value"]
        if kind not in typed.KINDS:
            raise BadBody(
                where, "已知的类型之一：" + "、".join(typed.KINDS), "of a type: " + ", ".join(typed.KINDS)
            )
        text = given if isinstance(given, str) else json.dumps(typed.plain(given), ensure_ascii=False)
        return typed.read(typed.Typed(name, kind, "" if given is None else text))
    typed.read(typed.Typed(name, "text", ""))  # the name
    return value


# ------------------------------------------------------------------ what is answered
def started(instance_id: int, number: str | None) -> Response:
    """What a request is told that started an instance; its address is kept with the request's `Idempotency-Key`."""
    response = jsonify({"instance_id": instance_id, "number": number})
    response.location = url_for("api.show_instance", instance_id=instance_id)
    return response


def _answered_before(before: PostedBefore) -> Response:
    """The answer to a request that was sent before under its key. Raises where nothing is known of what came of it."""
    found = str(before.facts["result"])
    if found.startswith(url_for("api.list_instances")):
        instance_id = int(found.rpartition("/")[2])
        with edge.reading() as tx:
            return started(instance_id, instances.number_of(tx, instance_id))
    if found == "204":
        return Response(status=204)
    if found.startswith("{"):
        return Response(found, mimetype="application/json")
    raise before


def plain(value: Any) -> Any:
    """A view of the use cases as JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    return typed.plain(value)


def refusal(status: int, code: str, zh: str, en: str, **more: Any) -> Response:
    """An error as JSON: `code` for programs, `message` for people."""
    message = en if locale_name().startswith("en") else zh
    response = jsonify({"error": {"code": code, "message": message, **more}})
    response.status_code = status
    return response


def faults(bound: Bound) -> Response:
    """The faults of a form, each at its field."""
    locale = locale_name()
    listed = [
        {"field": each.field, "row": each.row, "severity": each.severity, "message": each.tell(locale)}
        for each in bound.faults
    ]
    return refusal(422, "FormHasFaults", "表单填写有误", "The form has faults", faults=listed)


def route(rule: str, *permissions: str, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Declare a route with the permissions of which its actor has one; none: whoever may use the API."""

    def declare(view: View) -> View:
        @wraps(view)
        def answered(*args: Any, **named: Any) -> Any:
            found = view(*args, **named)
            return found if isinstance(found, Response) else jsonify(plain(found))

        bp.add_url_rule(
            rule, view.__name__, edge.requires(*(permissions or (USE,)))(answered), methods=list(methods)
        )
        return view

    return declare
