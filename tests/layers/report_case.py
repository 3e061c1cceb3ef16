"""Answers in the shape of `geo.screening`, made by hand: one whole, one with faults, one hostile."""

from typing import Any

CRITERIA = ("规划结论", "重点方向", "同业园区", "距机场", "距港口", "空间")


def candidate(rank: int, park_id: str, park_zh: str, parts: tuple[float, ...], **more: Any) -> dict[str, Any]:
    """Give a candidate; its points are the sum of its parts."""
    return {
        "park_zh": park_zh,
        "park_id": park_id,
        "rank": rank,
        "points": sum(parts),
        "parts_of_points": dict(zip(CRITERIA, parts, strict=True)),
        "would_change": [
            "若专栏6补列该园区，结论由“布局提出”升为“一致”",
            "若地块测绘成果入库，位置由“无法判定”变为明确",
        ],
    } | more


def gate(name: str, result: str, value: str | None, threshold: str | None, cite: str) -> dict[str, Any]:
    """Give a gate."""
    return {"gate": name, "result": result, "value": value, "threshold": threshold, "cite": cite}


WHOLE: dict[str, Any] = {
    "name": "6英寸碳化硅功率芯片生产线（示例）",
    "project": {
        "product": "碳化硅功率芯片", "gbt4754": "3973", "sector": "集成电路", "area_ha": 4.5,
        "lon": 118.25, "lat": 24.66,
        "investment_10k": 60000.0, "output_10k": 90000.0, "tax_10k": 4500.0, "floor_area_m2": 90000.0, "port_km": 20.0,
        "farmland": "否", "eia_class": "报告书",
    },
    "subsectors": [
        {
            "id": "integrated-circuits", "zh": "集成电路",
            "why": "“功率芯片”与规划用语“芯片”相符；代码3973集成电路制造对应（本项目自编，非官方）",
        },
        {"id": "third-gen-semiconductors", "zh": "第三代半导体", "why": "“碳化硅”与规划用语相同"},
    ],
    "gates": [
        gate("禁止、淘汰类目录", "缺数据", "碳化硅功率芯片", None, "默认规则（default.toml，版本1）未提供[lists]"),
        gate("产业与园区布局", "符合", "新一代信息技术—集成电路", "地块所在园区列有该产业",
             "第五章“新一代信息技术”第7项；专栏6第4条第2项"),
        gate("地块在园区内", "需论证", "火炬（翔安）产业区：无法判定", "在范围内", "园区范围C级，±700米"),
        gate("容积率", "不符合", "1.1", "≥ 2.0", "《示例用地标准》（示例[2020]2号）第1行"),
        gate("固定资产投资强度", "符合", "13333万元/公顷", "≥ 6000万元/公顷", "《示例用地标准》（示例[2020]2号）第2行"),
        gate("环保与安全", "缺数据", None, None, "默认规则未提供[declarations]"),
        gate("剩余空间", "缺数据", "4.5公顷", None, "默认规则未提供[room]"),
    ],
    "candidates": [
        candidate(1, "torch-xiangan", "火炬（翔安）产业区", (40, 20, 6.7, 0, 9.5, 12.4),
                  ranks={"weighted_sum": 1, "topsis": 1}),
        candidate(2, "haicang-south", "海沧南部工业组团", (40, 20, 3.3, 0, 8.1, 10.0),
                  ranks={"weighted_sum": 2, "weighted_product": 3}),
        candidate(3, "tongxiang-hitech", "同翔高新城", (40, 8, 6.7, 0, 5.2, 18.0)),
        candidate(4, "software-park", "软件园", (28, 0, 10.0, 0, 6.0, 3.0)),
        candidate(5, "torch-park", "火炬园", (28, 0, 10.0, 0, 5.5, 1.2)),
        candidate(6, "maluan-smart", "马銮湾智慧产业组团", (20, 0, 3.3, 0, 5.0, 2.0)),
    ],
    "ranking": {
        "checks": [{"check": "weighted_product", "zh": "加权积", "flips": 1, "pairs": []}],
        "says": "按加权积有1对次序颠倒，如同翔高新城先于海沧南部工业组团",
    },
    "ruled_out": [
        {"park_id": "film-base", "park_zh": "厦门影视拍摄基地", "gate": "industry", "value": "无依据", "cite": "五"},
    ],
    "notes": ["用地面积按申报数"],
    "errors": [],
}  # fmt: skip
FAULTY: dict[str, Any] = {
    "name": "写错的一行",
    "subsectors": [], "gates": [], "candidates": [],
    "errors": [
        {"file": "projects.csv", "row": 5, "column": "用地面积_公顷", "kind": "not-a-number",
         "reason": "“四点五”不是数字"},
    ],
}  # fmt: skip
HOSTILE_TEXTS = (
    '#panic() #import "x"', "$x^2$", "*粗* _斜_", "@ref <label>", "\"双\" '单' “弯”", "甲\n乙", "[方] {花} \\反斜",
    "= 标题", "- 项", "`代码`", "// 注释", "https://example.org/" + "a" * 90, "=1+1", "控\u0007制",
)  # fmt: skip


def hostile(text: str) -> dict[str, Any]:
    """Give a whole answer that says one text everywhere."""
    return {
        "name": text,
        "project": {"product": text},
        "subsectors": [{"id": "x", "zh": text, "why": text}],
        "gates": [gate(text, "符合", text, text, text)],
        "candidates": [{"park_zh": text, "rank": 1, "points": 1, "parts_of_points": {text: 1}, "would_change": [text]}],
        "errors": [text],
    }
