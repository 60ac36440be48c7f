"""The official tables at a community's counter: the request for a certificate, and the certificate. Drawn by `build_official`."""

from __future__ import annotations

from templates_xlsx.official_lines import Cell, Official, box, one, two

TABLES = {
    "出具证明申请表.xlsx": Official(
        "出具证明申请表",
        "社区出具证明申请表",
        (Cell("编号", ("certificate_number",)), Cell("申请日期", ("application_date",))),
        (
            two(Cell("出具社区", ("community",)), Cell("证明事项", ("item_name",))),
            one("清单核对", "list_check", height=70),
            two(Cell("申请人", ("applicant_name",)), Cell("证件号码", ("id_number",))),
            two(
                Cell("联系电话", ("applicant_phone",)),
                Cell("已核对材料", ("materials",), "□身份证 □户口簿\n□佐证材料"),
            ),
            two(Cell("要求出具证明\n的单位", ("demanded_by",)), Cell("用途", ("purpose",))),
            one("要求出具的依据\n(法律、法规、规章\n条款)", "demand_basis", height=60),
            one("申请证明的内容", "statement", height=110),
            one("申请人承诺信息\n属实", "promised", blank="□是    □否"),
            box("核实意见", "verify_opinion"),
            box("签发用印", "seal_opinion"),
        ),
        "注:不予出具的,本表即为告知,原因见“清单核对”或“核实意见”。",
    ),
    "社区证明.xlsx": Official(
        "社区证明",
        "社区证明",
        (Cell("编号", ("certificate_number",)), Cell("出具日期", ("issued_on",))),
        (
            one("证明事项", "item_name"),
            two(Cell("申请人", ("applicant_name",)), Cell("证件号码", ("id_number",))),
            one("证明内容", "statement", height=240),
            two(Cell("用途", ("purpose",)), Cell("使用单位", ("demanded_by",))),
            two(Cell("有效期至", ("valid_until",)), Cell("查验码", ("check_code",))),
            one("出具社区\n(盖章)", "community", height=110),
        ),
        "注:本证明仅用于上列用途,涂改、复印无效;可凭编号和查验码在“证明查验”页核对编号、事项、日期、社区和是否有效。",
        stamp=False,
    ),
}
"""File name -> table."""
