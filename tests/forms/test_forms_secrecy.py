"""A mark of secrecy is a line of its own, never running text."""

import pytest

from forms.secrecy import first_mark, mark_in_name, secrecy_mark


@pytest.mark.parametrize(
    "line",
    [
        "秘密★1年",
        "机密",
        "绝密★",
        "机密级",
        "机 密 ★ 10年",
        "绝密★启用前",
        "【机密】",
        "(秘密)",
        "密级:机密",
        "密级\uff1a秘密★5年",
        "文件密级:机密",
        "密级 机密",
        "密级(保密期限):秘密★1年",
        "东办发〔2026〕1号 机密★1年",
        "秘密★长期",
        "☑涉密 □非涉密",
        "是否涉密:是",
        "是否涉密 ☑是 □否",
        "是否涉密(含依据文件):是",
    ],
)
def test_a_mark_is_seen(line: str) -> None:
    assert secrecy_mark(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "保守国家秘密法",
        "《保守国家秘密法》第3条;机密文件管理办法",
        "本系统为非涉密系统,严禁处理、存储国家秘密",
        "密级:",
        "密级:无",
        "密级:公开",
        "密级为秘密的文件请线下办理",
        "文件密级确定为机密的不得上传",
        "商业秘密",
        "工作秘密",
        "标有秘密★的文件不得上传",
        "注:涉密事项请线下办理;本表一式三份。",
        "是否涉密:否",
        "是否涉密 □是 ☑否",
        "□涉密 ☑非涉密",
        "保密审查",
        "协助开展保密宣传,不得泄露居民秘密",
    ],
)
def test_running_text_is_no_mark(line: str) -> None:
    assert secrecy_mark(line) is None


def test_a_mark_hides_in_no_text_of_several_lines() -> None:
    assert first_mark(["第一行", "说明\n机密★1年\n正文"]) == "机密★1年"


@pytest.mark.parametrize(
    "name", ["机密-方案.pdf", "【秘密】通知.docx", "绝密.pdf", "C:\\文件\\秘密★1年 方案.doc"]
)
def test_a_file_name_may_carry_a_mark(name: str) -> None:
    assert mark_in_name(name)


@pytest.mark.parametrize("name", ["保密审查表.pdf", "保守国家秘密法.pdf", "非涉密.docx", "审批表.xlsx"])
def test_other_file_names_are_none(name: str) -> None:
    assert mark_in_name(name) is None
