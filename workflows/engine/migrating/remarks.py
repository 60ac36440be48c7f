"""What is said of an instance that is to go over to another version, each at its element."""

from __future__ import annotations

from workflows.engine.model import Finding
from workflows.engine.specs import Node


def _word(spec: Node) -> tuple[str, str]:
    key = spec.bpmn_id or spec.name
    return f"“{spec.bpmn_name or key}”", f"“{spec.bpmn_name}” ({key})" if spec.bpmn_name else key


def _error(rule: str, spec: Node, zh: str, en: str) -> Finding:
    return Finding("error", f"migration.{rule}", spec.bpmn_id or spec.name, zh, en)


def _warning(rule: str, spec: Node, zh: str, en: str) -> Finding:
    return Finding("warning", f"migration.{rule}", spec.bpmn_id or spec.name, zh, en)


# ---------------------------------------------------------------- what keeps an instance where it is
def gone(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _error(
        "removed",
        spec,
        f"{zh}正在进行，新版本中没有对应的环节",
        f"{en} is open and has no counterpart in the new version",
    )


def elsewhere(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _error(
        "other-scope",
        spec,
        f"{zh}正在进行，在新版本中位于另一个子流程内，不能直接迁移",
        f"{en} is open and stands in another subprocess of the new version",
    )


def other_kind(spec: Node, new: Node) -> Finding:
    zh, en = _word(spec)
    there, there_en = _word(new)
    if spec.plan.tag == new.plan.tag:
        return _error(
            "other-kind",
            spec,
            f"{zh}正在进行，在新版本中的多实例方式或所等事件不同",
            f"{en} is open; in the new version it repeats otherwise or waits for another sort of event",
        )
    return _error(
        "other-kind",
        spec,
        f"{zh}正在进行，新版本中的{there}是另一类元素（{new.plan.tag}）",
        f"{en} is open; {there_en} in the new version is of another type ({new.plan.tag})",
    )


def no_content(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _error(
        "no-content",
        spec,
        f"{zh}的内部流程在新版本中找不到",
        f"The content of {en} was not found in the new version",
    )


def not_evaluated(spec: Node, reason: Exception) -> Finding:
    zh, en = _word(spec)
    return _error(
        "not-evaluated",
        spec,
        f"按新版本计算{zh}的办理人、期限或事件时出错：{reason}",
        f"What the new version says of {en} cannot be evaluated: {reason}",
    )


def join_starves(spec: Node, missing: str) -> Finding:
    zh, en = _word(spec)
    return _error(
        "join-starves",
        spec,
        f"汇聚网关{zh}在新版本中还要等待来自“{missing}”的连线，此实例不会再有令牌到达",
        f"In the new version the gateway {en} also waits for the flow from {missing}, where nobody will come",
    )


def join_unclear(spec: Node, source: str) -> Finding:
    zh, en = _word(spec)
    return _error(
        "join-unclear",
        spec,
        f"汇聚网关{zh}已收到来自“{source}”的令牌，新版本中没有（或不止一条）与之对应的连线",
        f"The gateway {en} holds a token that came from {source}; the new version has no one flow for it",
    )


def not_undone(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _error(
        "compensation",
        spec,
        f"正在补偿{zh}，新版本中没有对应的补偿活动",
        f"{en} is being compensated and has no handler in the new version",
    )


def gathering(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _error(
        "start-quantity",
        spec,
        f"{zh}已有令牌等待凑足数量，新版本中的数量不同",
        f"Tokens wait to be enough for {en}; the new version wants another number",
    )


# ---------------------------------------------------------------- what a person should know
def disarmed(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _warning(
        "disarmed",
        spec,
        f"事件{zh}在新版本中没有了，不再等待",
        f"The event {en} is not in the new version and waits no more",
    )


def armed(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _warning(
        "armed",
        spec,
        f"事件{zh}是新版本增加的，自迁移时起开始等待",
        f"The event {en} is new and waits from now on",
    )


def changed(spec: Node, keeps: str = "") -> Finding:
    zh, en = _word(spec)
    kept = (
        (f"，原定时间 {keeps[:16].replace('T', ' ')} 保持不变", f"; its time {keeps[:16]} stays")
        if keeps
        else ("", "")
    )
    return _warning(
        "changed", spec, f"事件{zh}的定义有变化{kept[0]}", f"The event {en} is drawn otherwise{kept[1]}"
    )


def inputs_not_run(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _warning(
        "inputs",
        spec,
        f"{zh}的输入参数有变化，已开始的环节不会重新计算",
        f"The input parameters of {en} have changed; they are not computed again",
    )


def passed_over(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _warning(
        "passed-over",
        spec,
        f"新增的{zh}位于此实例已走过的位置，不会经过",
        f"{en} is new and lies behind this instance, which will not pass it",
    )


def branch_passed(spec: Node, join: Node) -> Finding:
    zh, en = _word(spec)
    there, there_en = _word(join)
    return _warning(
        "branch-passed",
        spec,
        f"这一分支已到达汇聚网关{there}，新版本中其前的{zh}不再经过",
        f"This branch has reached the gateway {there_en} and will not pass {en} in front of it",
    )


def branch_gone(spec: Node, source: str) -> Finding:
    zh, en = _word(spec)
    return _warning(
        "branch-gone",
        spec,
        f"来自“{source}”的分支在新版本中没有了，它在汇聚网关{zh}等待的令牌随之取消",
        f"The branch from {source} is drawn no more; what waited of it at the gateway {en} ends",
    )


def not_undoable(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _warning(
        "not-undoable",
        spec,
        f"已完成的{zh}在新版本中不能再被补偿",
        f"What {en} did can no longer be compensated in the new version",
    )


def offer_unchanged(spec: Node) -> Finding:
    zh, en = _word(spec)
    return _warning(
        "ad-hoc",
        spec,
        f"{zh}中新增的任务要到下一轮才会提供",
        f"What is new in {en} is offered in the next round only",
    )
