"""What a use case may refuse. Each error carries facts; the edge turns them into a status and a page."""

from __future__ import annotations

from typing import Any, ClassVar

from forms.faults import Refused


class NotAllowed(Refused):
    """The actor may not do this. Facts: permission, or what was tried."""

    zh: ClassVar[str] = "您没有权限进行此操作"
    en: ClassVar[str] = "You are not allowed to do this"


KINDS: dict[str, tuple[str, str]] = {
    "act": ("机构调整", "reorganisation"),
    "account": ("账号", "account"),
    "application": ("申请", "application"),
    "attachment": ("附件", "attachment"),
    "bundle": ("流程版本", "bundle of definitions"),
    "calendar": ("工作日历", "calendar"),
    "catalogue": ("指导目录", "catalogue edition"),
    "certificate": ("证明", "certificate"),
    "column": ("栏目", "column"),
    "connection": ("对接系统", "connection"),
    "consultation": ("征求意见", "consultation"),
    "delivery": ("推送", "delivery"),
    "decision": ("决策表", "decision"),
    "definition": ("定义", "definition"),
    "export": ("导出", "export"),
    "external task": ("外部任务", "external task"),
    "evaluation": ("效果评议", "evaluation"),
    "file": ("文件", "file"),
    "form": ("表单", "form"),
    "import": ("导入批次", "import"),
    "import target": ("导入对象", "import target"),
    "incident": ("异常", "incident"),
    "instance": ("流程", "process instance"),
    "list": ("清单", "list"),
    "matter": ("事项", "matter"),
    "memory": ("记住的版式或改法", "remembered layout or correction"),
    "migration": ("迁移批次", "migration"),
    "number": ("编号", "number"),
    "process": ("流程定义", "process"),
    "resource": ("定义文件", "deployed file"),
    "role": ("角色", "role"),
    "row": ("台账的行", "row of a ledger"),
    "service": ("服务", "service"),
    "sheet": ("工作表", "sheet"),
    "supervision": ("监督反馈", "supervision"),
    "task": ("任务", "task"),
    "template": ("表格模板", "workbook template"),
    "tests": ("流程测试", "diagram tests"),
    "token": ("接口令牌", "token"),
    "unit": ("机构", "unit"),
    "version": ("版本", "version"),
}
"""What things are called: kind -> Chinese and English name."""


class AboutAThing(Refused):
    """Base of refusals about one thing of a kind. Facts: kind (a key of `KINDS`, or a word to be read), key."""

    zh: ClassVar[str] = "{thing} {key} 不能这样处理"
    en: ClassVar[str] = "{thing_en} {key} cannot be dealt with so"

    def __init__(self, **facts: Any) -> None:
        kind = str(facts.get("kind", ""))
        thing, thing_en = KINDS.get(kind, (kind, kind))
        facts.setdefault("thing", thing)
        facts.setdefault("thing_en", thing_en)
        super().__init__(**facts)


class NotFound(AboutAThing):
    """No such thing. Facts: kind, key."""

    zh: ClassVar[str] = "未找到：{thing} {key}"
    en: ClassVar[str] = "Not found: {thing_en} {key}"


class TaskNotOpen(Refused):
    """The task was completed or cancelled before this request came.

    Facts: task_id, name, state, completed_by (name or None), completed_at (aware datetime or None),
    because (name of the event that closed it, such as a deadline, or '').
    """

    zh: ClassVar[str] = "“{name}”已{by}于{when}{did}，不能再次办理"
    en: ClassVar[str] = "“{name}” was {did_en} by {who} on {when} and is no longer open"

    def __init__(self, **facts: Any) -> None:
        at = facts.get("completed_at")
        facts.setdefault("who", facts.get("completed_by") or "系统")
        if because := facts.get("because"):
            facts["who"] = f"“{because}”"
        facts.setdefault("by", f"因{facts['who']}" if because else f"由{facts['who']}")
        facts.setdefault("when", at.strftime("%Y-%m-%d %H:%M") if at else "—")
        cancelled = facts.get("state") == "cancelled"
        facts.setdefault("did", "关闭" if cancelled else "办理")
        facts.setdefault("did_en", "closed" if cancelled else "done")
        super().__init__(**facts)


class TaskHeld(Refused):
    """The task waits for an opinion that was asked of somebody. Facts: task_id, name, consulted."""

    zh: ClassVar[str] = "“{name}”正在征求{consulted}的意见，答复后方可办理"
    en: ClassVar[str] = "“{name}” waits for the opinion of {consulted}"


class OnlyToRecord(Refused):
    """Who may only enter a decision made on paper left out what makes it one. Facts: task_id, name."""

    zh: ClassVar[str] = "“{name}”您只能代录：须勾选代录，填写签批人和签批日期"
    en: ClassVar[str] = (
        "Of “{name}” you may only record a decision made on paper: say who decided, and on which day"
    )


class TaskTaken(Refused):
    """Another person has claimed the task. Facts: task_id, name, holder."""

    zh: ClassVar[str] = "“{name}”已由{holder}签收"
    en: ClassVar[str] = "“{name}” has been claimed by {holder}"


class StaleVersion(Refused):
    """The page was opened before somebody changed the thing. Facts: name."""

    zh: ClassVar[str] = "“{name}”在您打开页面后已有变化，请刷新后重试"
    en: ClassVar[str] = "“{name}” has changed since you opened the page; reload it and try again"


class InstanceEnded(Refused):
    """The process instance is over. Facts: instance_id, status."""

    zh: ClassVar[str] = "该流程已结束，不能进行此操作"
    en: ClassVar[str] = "This process is over"


class NobodyWaits(Refused):
    """No event of the instance waits for this message now. Facts: message."""

    zh: ClassVar[str] = "当前环节不能进行“{message}”"
    en: ClassVar[str] = "“{message}” is not possible at this stage"


class LockLost(Refused):
    """The worker does not hold this external task (any more). Facts: task_id, worker."""

    zh: ClassVar[str] = "工作程序“{worker}”未持有任务 {task_id}，或锁定已过期"
    en: ClassVar[str] = "Worker “{worker}” does not hold task {task_id}, or its lock has run out"


class AmbiguousMessage(Refused):
    """Several instances wait for the message. Facts: message, count."""

    zh: ClassVar[str] = "有 {count} 个流程在等待消息“{message}”，请用业务编号或关联值指明一个"
    en: ClassVar[str] = (
        "{count} instances wait for the message “{message}”; name one by business key or correlation values"
    )


class IncidentOver(Refused):
    """Somebody has dealt with the incident, or it is none to be dealt with so. Facts: name, by."""

    zh: ClassVar[str] = "“{name}”的异常已处理，不能再次处理"
    en: ClassVar[str] = "The incident at “{name}” has been dealt with"


class CannotReturn(Refused):
    """The task cannot be returned there. Facts: target."""

    zh: ClassVar[str] = "不能退回到“{target}”"
    en: ClassVar[str] = "The task cannot be returned to “{target}”"


class AlreadyImported(Refused):
    """The same table was taken in before. Facts: batch_id, name, imported_by, imported_at."""

    zh: ClassVar[str] = "此表已于{when}由{imported_by}导入(批次 {batch_id}：{name})，不再重复导入"
    en: ClassVar[str] = "This table was imported by {imported_by} on {when} (batch {batch_id}: {name})"

    def __init__(self, **facts: Any) -> None:
        at = facts.get("imported_at")
        facts.setdefault("when", at.strftime("%Y-%m-%d %H:%M") if at else "—")
        super().__init__(**facts)


class ImportHasFaults(Refused):
    """The table holds errors, and the right rows alone were not asked for. Facts: wrong, total."""

    zh: ClassVar[str] = "表中 {total} 条记录有 {wrong} 条有错误，未导入任何记录"
    en: ClassVar[str] = "{wrong} of {total} records have errors; nothing was imported"


class LayoutUnconfirmed(Refused):
    """Where the fields stand in a table was guessed, and nobody has confirmed it yet. Facts: name, sheets."""

    zh: ClassVar[str] = (
        "“{name}”的版式还没有确认(工作表：{sheets})，请先在“识别”一步核对并确认，未导入任何记录"
    )
    en: ClassVar[str] = (
        "The layout of “{name}” is not confirmed yet (sheets: {sheets}); look at it and confirm it first, "
        "nothing was imported"
    )


class NothingToImport(Refused):
    """No record to take in. Facts: name."""

    zh: ClassVar[str] = "“{name}”中没有可导入的记录"
    en: ClassVar[str] = "“{name}” holds no record to import"


class NoImportTarget(Refused):
    """No handler takes records of this form. Facts: form_key."""

    zh: ClassVar[str] = "表单“{form_key}”不支持批量导入"
    en: ClassVar[str] = "Form “{form_key}” cannot be imported"


class DeploymentRefused(Refused):
    """Files that were to be deployed have errors. Facts: files (names), count; `reports` holds them."""

    zh: ClassVar[str] = "{files}有 {count} 处错误，未部署"
    en: ClassVar[str] = "{files}: {count} errors, nothing deployed"

    def __init__(self, reports: tuple[Any, ...] = (), **facts: Any) -> None:
        self.reports = reports
        super().__init__(**facts)


class PostedBefore(Refused):
    """The very same form was sent before, perhaps at the same moment. Facts: result (what came of it, or "")."""

    zh: ClassVar[str] = "这份表单已经提交过，没有重复办理"
    en: ClassVar[str] = "This form was sent before; it was not dealt with twice"


class SignInRefused(Refused):
    """Name or password is wrong. Facts: left (tries before the lock) or None."""

    zh: ClassVar[str] = "用户名或密码不正确"
    en: ClassVar[str] = "User name or password is wrong"


class AccountLocked(Refused):
    """Too many wrong passwords. Facts: until (aware datetime), minutes."""

    zh: ClassVar[str] = "密码连续输错，账号已锁定，请 {minutes} 分钟后再试"
    en: ClassVar[str] = "Too many wrong passwords; try again in {minutes} minutes"


class AccountDisabled(Refused):
    """The account was switched off. Facts: username."""

    zh: ClassVar[str] = "账号“{username}”已停用"
    en: ClassVar[str] = "Account “{username}” is disabled"


class WeakPassword(Refused):
    """The password does not satisfy the rule. Facts: shortest."""

    zh: ClassVar[str] = "密码至少 {shortest} 位，须含字母、数字和符号中的两类以上，且不含用户名"
    en: ClassVar[str] = (
        "A password has at least {shortest} characters of two kinds (letters, digits, signs) "
        "and does not contain the user name"
    )


class AlreadyExists(AboutAThing):
    """Something of this name exists. Facts: kind, key."""

    zh: ClassVar[str] = "{thing}“{key}”已存在"
    en: ClassVar[str] = "The {thing_en} “{key}” exists already"


class StillInUse(AboutAThing):
    """Something else depends on it. Facts: kind, key, by."""

    zh: ClassVar[str] = "{thing}“{key}”仍被{by}使用"
    en: ClassVar[str] = "The {thing_en} “{key}” is still used by {by}"


class FileTooLarge(Refused):
    """An upload exceeds the limit. Facts: name, limit_mb."""

    zh: ClassVar[str] = "文件“{name}”超过 {limit_mb} MB"
    en: ClassVar[str] = "File “{name}” is larger than {limit_mb} MB"


class NumberTaken(Refused):
    """A number was given before. Facts: number."""

    zh: ClassVar[str] = "编号“{number}”已使用或已作废，不能再次使用"
    en: ClassVar[str] = "Number “{number}” was given or cancelled before"


class NotNow(Refused):
    """The batch is in another state. Facts: state."""

    zh: ClassVar[str] = "这批迁移现在不能进行此操作"
    en: ClassVar[str] = "This is not possible in the present state of the migration ({state})"
