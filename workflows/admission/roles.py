"""The roles of an admission office and what each may do: one literal table, walked by tests and pages.

A role is also a candidate group: `review_clerk` in a diagram means every holder of the role,
`unit_clerk@17` those of unit 17 and of the units below it (an account is in the group of its own unit
and of each ancestor).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Permission:
    """Something an account may do beyond its own tasks. `key` is what routes and use cases ask for."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True)
class Role:
    key: str
    zh: str
    en: str
    permissions: frozenset[str] = field(default_factory=frozenset)


PERMISSIONS: dict[str, Permission] = {
    p.key: p
    for p in (
        Permission("instances.see_all", "查看全部流程", "See every instance"),
        Permission("instances.cancel", "作废流程", "Cancel an instance"),
        Permission("instances.repair", "处理流程异常", "Deal with incidents"),
        Permission("instances.migrate", "迁移运行中的流程", "Move running instances to another version"),
        Permission("api.use", "使用接口", "Use the API"),
        Permission("external_tasks.work", "办理外部任务(接口)", "Work at external tasks (API)"),
        Permission("messages.send", "发送消息和信号(接口)", "Send messages and signals (API)"),
        Permission("instances.start_for", "代录(为其他单位登记)", "Enter for another unit"),
        Permission("matters.see_all", "查看全部事项", "See every matter"),
        Permission("matters.export", "导出台账", "Export the registry"),
        Permission("matters.backlog", "存量补录", "Enter what is already in force"),
        Permission("catalogue.edit", "编制指导目录", "Prepare the catalogue"),
        Permission("imports.own_unit", "导入本单位的表格", "Import tables of the own unit"),
        Permission("imports.every_unit", "导入各单位的表格", "Import tables of every unit"),
        Permission("tasks.transfer_any", "转办他人的任务", "Transfer anybody's task"),
        Permission("definitions.see", "查看流程定义", "See process definitions"),
        Permission("definitions.deploy", "部署流程定义", "Deploy process definitions"),
        Permission("units.manage", "管理组织机构", "Manage units"),
        Permission("accounts.manage", "管理账号", "Manage accounts"),
        Permission("calendar.manage", "维护工作日历", "Keep the calendar of working days"),
        Permission("imports.take_back_any", "撤销他人的导入", "Take back anybody's import"),
        Permission("ledgers.read", "查看各社区填报的台账", "Read the ledgers of every community"),
        Permission("ledgers.fill", "填报本社区、本街道的台账", "Fill in the ledgers of the own communities"),
        Permission(
            "certificates.see_all", "查看各社区的证明和用印登记", "See the certificates of every community"
        ),
        Permission("certificates.keep", "维护证明事项清单", "Keep the list of what may be certified"),
        Permission("certificates.enter", "受理证明申请、查看本社区用印", "Enter requests for certificates"),
        Permission("statistics.see", "查看统计", "See statistics"),
        Permission("audit.see", "查看审计记录", "See the audit trail"),
        Permission("settings.manage", "系统设置", "Change settings"),
    )
}

_REVIEW = frozenset(
    {
        "instances.see_all",
        "matters.see_all",
        "matters.export",
        "statistics.see",
        "definitions.see",
        "ledgers.read",
        "certificates.see_all",
    }
)

ROLES: dict[str, Role] = {
    r.key: r
    for r in (
        Role(
            "unit_clerk",
            "单位经办",
            "Unit clerk",
            frozenset({"imports.own_unit", "matters.export", "ledgers.read"}),
        ),
        Role("unit_head", "单位科室负责人", "Unit section head", frozenset({"ledgers.read"})),
        Role("unit_leader", "单位分管领导", "Unit leader in charge", frozenset({"ledgers.read"})),
        Role("unit_seal", "单位用印", "Unit seal keeper"),
        Role(
            "review_clerk",
            "准入审核经办",
            "Reviewing clerk",
            _REVIEW
            | {
                "instances.cancel",
                "instances.start_for",
                "imports.every_unit",
                "imports.own_unit",
                "certificates.keep",
                "matters.backlog",
                "catalogue.edit",
            },
        ),
        Role(
            "review_chief",
            "准入审核科长",
            "Reviewing section chief",
            _REVIEW | {"instances.cancel", "tasks.transfer_any", "catalogue.edit"},
        ),
        Role("review_leader", "准入审核分管领导", "Reviewing leader", _REVIEW),
        Role("review_seal", "准入审核用印", "Review seal keeper", _REVIEW),
        Role(
            "grid_clerk",
            "网格中心经办",
            "Grid centre clerk",
            frozenset({"matters.see_all", "matters.export", "statistics.see", "ledgers.read"}),
        ),
        Role(
            "street_clerk",
            "街道科室经办",
            "Subdistrict clerk",
            frozenset({"matters.export", "ledgers.fill", "certificates.enter"}),
        ),
        Role(
            "community_clerk",
            "社区经办",
            "Community clerk",
            frozenset({"matters.export", "ledgers.fill", "certificates.enter"}),
        ),
        Role("community_seal", "社区用印", "Community seal keeper", frozenset({"certificates.enter"})),
        Role(
            "discipline_clerk", "纪检监察经办", "Discipline inspection clerk", frozenset({"matters.see_all"})
        ),
        Role(
            "supervisor",
            "联合监督",
            "Joint supervision",
            frozenset(
                {"instances.see_all", "matters.see_all", "matters.export", "statistics.see", "ledgers.read"}
            ),
        ),
        Role(
            "machine",
            "接口账号",
            "Machine",
            frozenset({"api.use", "external_tasks.work", "messages.send"}),
        ),
        Role("intake", "报送接口", "Intake by machine", frozenset({"api.use", "instances.start_for"})),
        Role("admin", "系统管理员", "Administrator", frozenset(PERMISSIONS)),
    )
}


def permissions_of(roles: frozenset[str] | set[str]) -> frozenset[str]:
    """Return what holders of these roles may do; an unknown role gives nothing."""
    return frozenset().union(*(ROLES[key].permissions for key in roles if key in ROLES))


REVIEW_ROLES = ("review_clerk", "review_chief", "review_leader", "review_seal")
"""The reviewing role (准入审核单位): these move to another office together."""
