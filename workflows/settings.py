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
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Type = Literal["text", "path", "flag", "number", "time", "secret"]


@dataclass(frozen=True)
class SettingRow:
    """One environment variable: its name, the attribute of `Settings` it fills, type, default, meaning."""

    name: str
    attribute: str
    type: Type
    default: str
    zh: str
    en: str


SETTINGS: tuple[SettingRow, ...] = (
    SettingRow(
        "ZHUNRU_DATABASE_URL",
        "database_url",
        "text",
        "",
        "业务数据库地址,留空则用数据目录下的 SQLite 文件",
        "Address of the database; empty means a SQLite file in the data directory",
    ),
    SettingRow(
        "ZHUNRU_DATA_DIR",
        "data_dir",
        "path",
        "./var",
        "数据目录:SQLite 数据库、附件、密钥",
        "Data directory: SQLite database, attachments, key",
    ),
    SettingRow(
        "ZHUNRU_NOW",
        "now",
        "time",
        "",
        "固定系统时间(测试用),如 2026-03-16T09:00:00+08:00",
        "Fixes the clock (for tests), such as 2026-03-16T09:00:00+08:00",
    ),
    SettingRow(
        "ZHUNRU_SECRET_KEY",
        "secret_key",
        "secret",
        "",
        "会话签名密钥,留空则在数据目录生成并保存",
        "Key that signs sessions; empty means one is made and kept in the data directory",
    ),
    SettingRow(
        "ZHUNRU_SAMPLE",
        "sample",
        "flag",
        "1",
        "示例办公室(init --sample)的登录页显示示例账号和密码,0 为不显示,其他数据库从不显示",
        "The sign-in page of a sample office (init --sample) shows its accounts; 0 hides them; no other database ever shows any",
    ),
    SettingRow(
        "ZHUNRU_JOBS",
        "jobs",
        "text",
        "embedded",
        "后台作业方式:embedded 在服务进程内,external 由 zhunru worker 执行,inline 提交后立即执行",
        "Where jobs run: embedded in the serving process, external in zhunru worker, inline after commit",
    ),
    SettingRow(
        "ZHUNRU_JOBS_DATABASE_URL",
        "jobs_database_url",
        "text",
        "",
        "作业库地址,留空则为数据目录下的 jobs.sqlite,业务库为 PostgreSQL 时与其同库",
        "Address of the job store; empty means jobs.sqlite in the data directory, or the PostgreSQL database",
    ),
    SettingRow(
        "ZHUNRU_WORKER_ID",
        "worker_id",
        "text",
        "",
        "本进程的作业执行者编号,须稳定且唯一,留空则为主机名",
        "Name of this process as a worker, stable and unique; empty means the host's name",
    ),
    SettingRow(
        "ZHUNRU_MAX_UPLOAD_MB",
        "max_upload_mb",
        "number",
        "20",
        "单个上传文件大小上限(MB)",
        "Largest file that may be uploaded, in MB",
    ),
    SettingRow(
        "ZHUNRU_SESSION_MINUTES",
        "session_minutes",
        "number",
        "30",
        "无操作自动退出的分钟数",
        "Minutes without a request after which a session ends",
    ),
    SettingRow(
        "ZHUNRU_LOCK_AFTER",
        "lock_after",
        "number",
        "5",
        "连续输错密码多少次后锁定账号",
        "Wrong passwords in a row that lock an account",
    ),
    SettingRow(
        "ZHUNRU_LOCK_MINUTES",
        "lock_minutes",
        "number",
        "15",
        "账号锁定的分钟数",
        "Minutes an account stays locked",
    ),
    SettingRow(
        "ZHUNRU_SECURE_COOKIES",
        "secure_cookies",
        "flag",
        "0",
        "仅经 HTTPS 发送会话 Cookie(有 HTTPS 时打开)",
        "Send the session cookie over HTTPS only (switch on where there is HTTPS)",
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

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read every row of `SETTINGS`. Raises `SettingRefused` naming the variable."""
        source = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for row in SETTINGS:
            given = source.get(row.name) or row.default
            try:
                values[row.attribute] = _READERS[row.type](given)
            except ValueError as error:
                raise SettingRefused(f"{row.name}={given!r}: {error}") from None
        if values["jobs"] not in ("embedded", "external", "inline"):
            raise SettingRefused(f"ZHUNRU_JOBS={values['jobs']!r}: one of embedded, external, inline")
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


def _time(text: str) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=SHANGHAI) if found.tzinfo is None else found.astimezone(SHANGHAI)


def _flag(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("1 or 0")


_READERS: Mapping[str, Any] = {
    "text": str,
    "secret": str,
    "path": Path,
    "flag": _flag,
    "number": int,
    "time": _time,
}
