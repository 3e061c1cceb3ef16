"""Pages as Streamlit runs them, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.plan import Plan, read_plan

MAIN = str(Path(__file__).parents[2] / "views" / "main.py")
TIMEOUT_S = 60


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan()


def opened(**query: str | list[str]) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=TIMEOUT_S)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in app.main.get("html")) + "\n".join(
        str(element.proto.body) for element in app.sidebar.get("html")
    )


def asked(app: AppTest, key: str) -> list[str]:
    value = app.query_params[key]
    return list(value) if isinstance(value, list) else [value]


def test_the_first_page_shows_all_parks_in_chinese(plan: Plan) -> None:
    app = opened()
    table = app.main.dataframe[0].value
    assert len(table) == len(plan.parks)
    assert list(table["park"]) == list(plan.parks.sort_values("order")["name_zh"])
    assert "显示 28/28 个园区、41/41 个片区" in texts(app)
    assert dict(app.query_params) == {}


def test_the_address_fills_the_filters_and_unknown_values_are_left_out() -> None:
    app = opened(sector=["marine", "nonsense"], district="思明区", park="shapowei", lang="xx")
    assert app.session_state["sector"] == ["marine"]
    assert app.session_state["district"] == ["思明区"]
    assert app.session_state["lang"] == "zh"
    assert list(app.main.dataframe[0].value["park"]) == ["沙坡尾海洋文化创意街区"]
    assert "沙坡尾海洋文化创意街区" in texts(app)
    assert asked(app, "sector") == ["marine"]
    assert "lang" not in app.query_params


def test_filters_narrow_the_table_and_stand_in_the_address(plan: Plan) -> None:
    app = opened()
    app.sidebar.button_group(key="sector").set_value(["creative"]).run()
    listed = plan.allocations.loc[plan.allocations["sector_id"] == "creative", "park_id"]
    boxed = {"software-park", "huli-east-innovation", "maluan-smart", "marine-hitech"}
    names = plan.parks.set_index("park_id")["name_zh"]
    assert set(app.main.dataframe[0].value["park"]) == set(names[[*listed, *boxed]])
    assert asked(app, "sector") == ["creative"]
    app.sidebar.button_group(key="listing").set_value(["layout"]).run()
    assert set(app.main.dataframe[0].value["park"]) == set(names[list(listed)])
    assert asked(app, "listing") == ["layout"]


def test_clearing_the_filters_brings_every_park_back_and_keeps_the_chosen_one() -> None:
    app = opened(q="影视", grade=["D"], park="huangcuo-film")
    assert list(app.main.dataframe[0].value["park"]) == ["黄厝影视小镇"]
    clear = next(button for button in app.sidebar.button if button.label == "清除筛选")
    clear.click().run()
    assert len(app.main.dataframe[0].value) == 28
    assert app.session_state["park"] == "huangcuo-film"
    assert dict(app.query_params) == {"park": "huangcuo-film"}


def test_no_match_says_what_to_do_next() -> None:
    app = opened(q="没有这样的园区")
    assert not app.main.dataframe
    assert "请减少一项筛选" in app.main.info[0].value


def test_the_card_cites_the_plan_and_shows_unknown_as_unknown() -> None:
    app = opened(park="xiangan-digital")
    body = texts(app)
    assert "第五章“生物医药与健康”第3项；专栏6第9条第1、2、3项" in body
    assert "±4.0 km" in body
    assert "<i>未知</i>" in body
    assert "位置估计" in body


def test_english_is_a_switch_that_keeps_what_was_chosen() -> None:
    app = opened(sector=["it"], park="torch-park")
    app.sidebar.button_group(key="lang").set_value("en").run()
    assert not app.exception
    assert app.session_state["sector"] == ["it"]
    assert "Torch Park" in texts(app)
    assert app.query_params["lang"] == "en"
    assert asked(app, "sector") == ["it"]
