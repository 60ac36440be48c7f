"""The sample office's accounts. None of these people exists."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "Zhunru-2026"  # noqa: S105  printed by the command and shown on the sample's sign-in page
BUREAU, SECTION, GRID = "区民政局", "区民政局社区科", "区网格化管理中心"
DISCIPLINE = "区纪检监察部门"
COURT, CITY = "区人民法院", "区城市管理委员会"


@dataclass(frozen=True)
class SampleAccount:
    """An account of the sample office. `title` is what the person is there, in Chinese."""

    username: str
    name: str
    unit: str
    title: str
    roles: tuple[str, ...]
    password: str = PASSWORD


def _unit(key: str, unit: str, names: tuple[str, str, str, str]) -> list[SampleAccount]:
    clerk, head, leader, seal = names
    return [
        SampleAccount(key, clerk, unit, "经办", ("unit_clerk",)),
        SampleAccount(f"{key}_kz", head, unit, "科室负责人", ("unit_head",)),
        SampleAccount(f"{key}_ld", leader, unit, "分管领导", ("unit_leader",)),
        SampleAccount(f"{key}_yz", seal, unit, "用印", ("unit_seal",)),
    ]


STREETS = {
    "新立街道": ("xinli", "韩雪"),
    "张贵庄街道": ("zhangguizhuang", "冯超"),
    "丰年村街道": ("fengniancun", "曹敏"),
    "万新街道": ("wanxin", "彭博"),
    "无瑕街道": ("wuxia", "潘悦"),
    "金钟街道": ("jinzhong", "董洁"),
    "军粮城街道": ("junliangcheng", "蒋涛"),
    "金桥街道": ("jinqiao", "田甜"),
    "华明街道": ("huaming", "魏然"),
    "东丽湖街道": ("donglihu", "姜宁"),
}

COMMUNITIES = {
    "新立东园社区居民委员会": ("dongyuan", "任静怡"),
    "丰年秀丽社区居民委员会": ("xiuli", "窦文娟"),
}

ACCOUNTS: tuple[SampleAccount, ...] = (
    SampleAccount("admin", "管理员", "", "系统管理员", ("admin",)),
    *_unit("fayuan", COURT, ("吴桂玉", "郑凯", "周兰", "孙洋")),
    *_unit("chengguan", CITY, ("高静", "许强", "徐建国", "何平")),
    SampleAccount("minzheng", "周志远", SECTION, "经办", ("review_clerk",)),
    SampleAccount("minzheng_kz", "林秀英", SECTION, "科长", ("review_chief",)),
    SampleAccount("minzheng_ld", "王振华", BUREAU, "分管局领导", ("review_leader",)),
    SampleAccount("minzheng_yz", "赵敏", SECTION, "用印", ("review_seal",)),
    SampleAccount("wangge", "刘洋", GRID, "会审与派单", ("grid_clerk",)),
    SampleAccount("zuzhi", "马丽", "区委组织部", "联合监督", ("supervisor",)),
    SampleAccount("jiwei", "孟凡石", DISCIPLINE, "纪检监察", ("discipline_clerk",)),
    *(
        SampleAccount(username, name, community, "社区经办、用印", ("community_clerk", "community_seal"))
        for community, (username, name) in COMMUNITIES.items()
    ),
    *(
        SampleAccount(username, name, street, "街道科室", ("street_clerk",))
        for street, (username, name) in STREETS.items()
    ),
)
