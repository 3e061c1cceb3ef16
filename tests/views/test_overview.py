"""What stands beside the map before a park is chosen: figures of the plan, and how extents are known."""

from __future__ import annotations

import re

from geo.plan import Plan
from tests.views.pages import opened, words


def test_every_sector_stands_with_the_parks_of_the_layout_and_its_target(plan: Plan) -> None:
    told = words(opened("explore"))
    for row in plan.main_sectors.to_dict("records"):
        count = int((plan.allocations["sector_id"] == row["sector_id"]).sum())
        assert (
            f"<b>{row['name_zh']}</b><small>{count} 个园区 · 2025年目标 {row['target_2025_100m_cny']:,.0f} 亿元" in told
        )


def test_grades_are_counted_and_none_is_left_out(plan: Plan) -> None:
    told = words(opened("explore"))
    found = dict(re.findall(r">([ABCD])</span></td><td>[^<]+</td><td class='yt-num'>(\d+)<", told))
    assert {grade: int(count) for grade, count in found.items()} == {"A": 0, "B": 5, "C": 22, "D": 14}
    assert sum(map(int, found.values())) == len(plan.extents)


def test_it_gives_way_to_the_card_of_a_chosen_park() -> None:
    told = words(opened("explore", park="xinyang"))
    assert "从地图开始" not in told
    assert "新阳工业区" in told


def test_what_is_kept_for_all_sessions_is_kept_apart_by_language(plan: Plan) -> None:
    sector, park = plan.main_sectors.iloc[0], plan.parks.sort_values("order").iloc[0]
    for language in ("zh", "en", "zh"):
        app = opened("explore", lang=language)
        assert f"<b>{sector[f'name_{language}']}</b>" in words(app)
        assert app.dataframe[0].value["park"].iloc[0] == park[f"name_{language}"]
