"""Settings: what the environment says about this installation, typed, in one place.

`SETTINGS` is a literal table: a test walks it and asserts that the documentation names every row.
Nothing else in the house reads `os.environ`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Type = Literal["text", "path", "flag", "number", "time", "secret", "address", "hosts"]


@dataclass(frozen=True)
class SettingRow:
    """One environment variable: its name, the attribute of `Settings` it fills, type, default, meaning.

    Attributes:
        least, most: bounds of a number.
        choices: the only texts there are, if there are only some.
    """

    name: str
    attribute: str
    type: Type
    default: str
    zh: str
    en: str
    least: int = 0
    most: int = 0
    choices: tuple[str, ...] = ()


SETTINGS: tuple[SettingRow, ...] = (
    SettingRow(
        "ZHUNRU_DATABASE_URL",
        "database_url",
        "address",
        "",
        "业务数据库地址，留空则用数据目录下的 SQLite 文件",
        "Address of the database; empty means a SQLite file in the data directory",
    ),
    SettingRow(
        "ZHUNRU_DATA_DIR",
        "data_dir",
        "path",
        "./var",
        "数据目录：SQLite 数据库、附件、密钥",
        "Data directory: SQLite database, attachments, key",
    ),
    SettingRow(
        "ZHUNRU_NOW",
        "now",
        "time",
        "",
        "固定系统时间(测试用)，如 2026-03-16T09:00:00+08:00",
        "Fixes the clock (for tests), such as 2026-03-16T09:00:00+08:00",
    ),
    SettingRow(
        "ZHUNRU_SECRET_KEY",
        "secret_key",
        "secret",
        "",
        "会话签名密钥，留空则在数据目录生成并保存",
        "Key that signs sessions; empty means one is made and kept in the data directory",
    ),
    SettingRow(
        "ZHUNRU_SAMPLE",
        "sample",
        "flag",
        "1",
        "示例办公室(init --sample)的登录页显示示例账号和密码，0 为不显示，其他数据库从不显示",
        "The sign-in page of a sample office (init --sample) shows its accounts; 0 hides them; no other database ever shows any",
    ),
    SettingRow(
        "ZHUNRU_JOBS",
        "jobs",
        "text",
        "embedded",
        "后台作业方式：embedded 在服务进程内，external 由 zhunru worker 执行，inline 提交后立即执行",
        "Where jobs run: embedded in the serving process, external in zhunru worker, inline after commit",
        choices=("embedded", "external", "inline"),
    ),
    SettingRow(
        "ZHUNRU_JOBS_DATABASE_URL",
        "jobs_database_url",
        "address",
        "",
        "作业库地址，留空则为数据目录下的 jobs.sqlite，业务库为 PostgreSQL 时与其同库",
        "Address of the job store; empty means jobs.sqlite in the data directory, or the PostgreSQL database",
    ),
    SettingRow(
        "ZHUNRU_WORKER_ID",
        "worker_id",
        "text",
        "",
        "作业执行者的名称，留空则为主机名；同名的进程会自动区分",
        "Name of this worker; empty means the host's. Workers of one name are told apart by themselves",
    ),
    SettingRow(
        "ZHUNRU_MAX_UPLOAD_MB",
        "max_upload_mb",
        "number",
        "20",
        "单个上传文件大小上限(MB)",
        "Largest file that may be uploaded, in MB",
        least=1,
        most=64,
    ),
    SettingRow(
        "ZHUNRU_SESSION_MINUTES",
        "session_minutes",
        "number",
        "30",
        "无操作自动退出的分钟数",
        "Minutes without a request after which a session ends",
        least=1,
        most=1440,
    ),
    SettingRow(
        "ZHUNRU_LOCK_AFTER",
        "lock_after",
        "number",
        "5",
        "连续输错密码多少次后锁定账号",
        "Wrong passwords in a row that lock an account",
        least=1,
        most=100,
    ),
    SettingRow(
        "ZHUNRU_LOCK_MINUTES",
        "lock_minutes",
        "number",
        "15",
        "账号锁定的分钟数",
        "Minutes an account stays locked",
        least=1,
        most=10_080,
    ),
    SettingRow(
        "ZHUNRU_OUTGOING_HOSTS",
        "outgoing_hosts",
        "hosts",
        "",
        "可主动访问的其他系统的主机(逗号分隔，可带端口)；留空则除本机和链路本地地址外都可以",
        "Hosts of other systems that may be called (comma-separated, with a port if meant); empty: all but this machine",
    ),
    SettingRow(
        "ZHUNRU_SECURE_COOKIES",
        "secure_cookies",
        "flag",
        "0",
        "仅经 HTTPS 发送会话 Cookie(有 HTTPS 时打开)",
        "Send the session cookie over HTTPS only (switch on where there is HTTPS)",
    ),
    SettingRow(
        "ZHUNRU_PUBLIC_PAGES",
        "public_pages",
        "flag",
        "0",
        "免登录的公开页面 /public/：在册事项、社区清单、指导目录、反映清单外事项",
        "Pages without sign-in at /public/: what is in force, by community, the catalogue, a form for reports",
    ),
    SettingRow(
        "ZHUNRU_PUBLIC_LOOKUP",
        "public_lookup",
        "flag",
        "0",
        "证明查验页(/certificates/check)不登录也能打开，只显示编号、事项、日期、社区和是否有效",
        "The look-up of certificates opens without sign-in; it tells number, kind, date, community and whether it is good",
    ),
    SettingRow(
        "ZHUNRU_DEMAND_TESTS",
        "demand_tests",
        "flag",
        "0",
        "流程须有通过的测试(.test.yaml)才能部署",
        "A process is deployed only with tests (.test.yaml) that pass",
    ),
    SettingRow(
        "ZHUNRU_SOFFICE",
        "soffice",
        "text",
        "soffice",
        "LibreOffice 程序，用来生成 PDF；找不到或为 off 时页面不提供 PDF",
        "The LibreOffice program that makes PDF; where it is not found, or `off`, no page offers any",
    ),
)


class SettingRefused(ValueError):
    """An environment variable holds something that cannot be read; the message names it."""


@dataclass(frozen=True)
class Settings:
    """The configured installation. Build it with `from_environment`, or directly in tests."""

    database_url: str = ""
    data_dir: Path = field(default_factory=lambda: Path("./var"))
    now: datetime | None = None
    secret_key: str = ""
    sample: bool = True
    jobs: str = "embedded"
    jobs_database_url: str = ""
    worker_id: str = ""
    max_upload_mb: int = 20
    session_minutes: int = 30
    lock_after: int = 5
    lock_minutes: int = 15
    secure_cookies: bool = False
    public_pages: bool = False
    public_lookup: bool = False
    demand_tests: bool = False
    soffice: str = "soffice"
    outgoing_hosts: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read every row of `SETTINGS`. Raises `SettingRefused` naming the variable."""
        source = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for row in SETTINGS:
            given = source.get(row.name) or row.default
            try:
                values[row.attribute] = _READERS[row.type](given, row)
            except ValueError as error:
                told = "…" if row.type in ("secret", "address") else repr(given)
                raise SettingRefused(f"{row.name}={told}: {error}") from None
        return cls(**values)

    @property
    def store_url(self) -> str:
        """Database address with the default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'zhunru.sqlite').resolve()}"

    @property
    def jobs_url(self) -> str:
        """Job store address with the default filled in."""
        if self.jobs_database_url:
            return self.jobs_database_url
        if self.store_url.startswith("sqlite"):
            return f"sqlite:///{(self.data_dir / 'jobs.sqlite').resolve()}"
        return self.store_url

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_mb * 1024 * 1024


def _text(text: str, row: SettingRow) -> str:
    if row.choices and text not in row.choices:
        raise ValueError(f"wanted one of {', '.join(row.choices)}")
    if not text.isprintable():
        raise ValueError("wanted text without line breaks and other signs that cannot be seen")
    return text


def _secret(text: str, row: SettingRow) -> str:
    if text and len(text) < SHORTEST_KEY:
        raise ValueError(f"given {len(text)} characters, wanted at least {SHORTEST_KEY}, or nothing")
    return _text(text, row)


SHORTEST_KEY = 16
DATABASES = ("sqlite", "postgresql")


def _address(text: str, row: SettingRow) -> str:
    """An address may hold a password: no sentence quotes it."""
    wanted = "wanted sqlite:///path or postgresql://user:password@host:port/name, or nothing"
    if not text:
        return text
    scheme, separator, rest = _text(text, row).partition("://")
    if not separator or not rest or scheme.partition("+")[0] not in DATABASES:
        raise ValueError(f"given {scheme.partition(':')[0][:20]!r}, {wanted}")
    try:
        port = urlsplit(text).port
    except ValueError as error:
        raise ValueError(f"the port is no number from 1 to 65535; {wanted}") from error
    if port == 0:
        raise ValueError(f"the port is no number from 1 to 65535; {wanted}")
    return text


def _hosts(text: str, row: SettingRow) -> tuple[str, ...]:
    found = tuple(each.strip().lower() for each in _text(text, row).split(",") if each.strip())
    if any("/" in each or "@" in each for each in found):
        raise ValueError("wanted host names, such as oa.example.gov.cn,10.1.2.3:8080")
    return found


def _path(text: str, _row: SettingRow) -> Path:
    if "\0" in text:
        raise ValueError("wanted a folder's path")
    return Path(text)


def _number(text: str, row: SettingRow) -> int:
    wanted = f"wanted a whole number from {row.least} to {row.most}"
    try:
        found = int(text)
    except ValueError:
        raise ValueError(wanted) from None
    if not row.least <= found <= row.most:
        raise ValueError(wanted)
    return found


def _time(text: str, _row: SettingRow) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=SHANGHAI) if found.tzinfo is None else found.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise ValueError("wanted a moment such as 2026-03-16T09:00:00+08:00") from None


def _flag(text: str, _row: SettingRow) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("wanted 1 or 0")


_READERS: Mapping[str, Any] = {
    "text": _text,
    "secret": _secret,
    "address": _address,
    "path": _path,
    "flag": _flag,
    "number": _number,
    "time": _time,
    "hosts": _hosts,
}
