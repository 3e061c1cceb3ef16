"""The page 边界更新 as Streamlit runs it: upload, questions, faults, matching, draft, and who may keep one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo.intake import draft_extents, read_intake
from geo.intake.placefaults import not_compared
from geo.plan import Plan
from geo.releases import open_store
from tests.languages import has_english_sentence, is_chinese
from tests.views.office import EDITOR, PART, PASSWORD, accounts_file, survey
from tests.views.pages import opened, press, sign_in, words

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

pytestmark = pytest.mark.usefixtures("data")


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader(key="intake_file").set_value((name, content, "application/octet-stream")).run()
    assert not app.exception
    return app


def described(app: AppTest) -> AppTest:
    """Match the survey's one feature with the Torch Park and state what a draft needs."""
    press(app, "采用名称相同的建议")
    for key, text in (
        ("draft_source_zh", "批复红线图"), ("draft_licence", "内部使用"), ("draft_as_of", "2026-11"),
        ("draft_why", "红线批复"),
    ):  # fmt: skip
        app.text_input(key=key).input(text)
    app.text_area(key="draft_evidence_zh").input("批复文号 1")
    return press(app, "检查草稿")


def test_without_a_file_the_page_says_what_to_do_and_writes_nothing(data: Path) -> None:
    app = opened("intake")
    assert "请上传一个边界文件" in words(app)
    assert "未配置账户" in words(app)
    assert not data.exists()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.geojson", b"", "空"),
        ("a.geojson", b'{"type": ', "JSON 无法解析（第 1 行第 10 列）"),
        ("a.kml", b"<kml><Document>", "KML 无法解析（第 1 行）"),
        ("a.zip", b"PK\x03\x04 and no more", "压缩包无法解开"),
        ("a.gpkg", b"SQLite format 3\x00 and no more", "GeoPackage 无法读取"),
        ("a.txt", "[属性描述]\n".encode(), "国土TXT 有误"),
    ],
)
def test_a_refused_file_says_why_in_chinese(name: str, content: bytes, why: str) -> None:
    app = upload(opened("intake"), name, content)
    assert app.error[0].value.startswith("无法接收该文件：")
    assert why in app.error[0].value
    assert is_chinese(app.error[0].value)


def test_a_survey_goes_from_questions_to_a_checked_draft_without_any_role(plan: Plan, data: Path) -> None:
    app = upload(opened("intake"), "红线.zip", survey(plan.extents))
    asked = {radio.key for radio in app.radio}
    assert "intake_q_crs" in asked
    assert any("（推测）" in option for radio in app.radio for option in radio.options)
    press(app, "确认")
    assert "EPSG:4527" in words(app)
    described(app)
    changes = app.dataframe[-1].value
    assert len(changes) == 1
    assert "火炬" in changes["片区"].iloc[0]
    assert changes["依据等级"].iloc[0] == "B → A"
    assert "存为草稿需要编辑角色" in words(app)
    assert not any(button.label == "存为草稿" for button in app.button)
    assert not data.exists()


def test_an_editor_keeps_the_draft_with_its_report(
    plan: Plan, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUANTU_ACCOUNTS", str(accounts_file(tmp_path)))
    app = sign_in(opened("intake"), EDITOR)
    content = survey(plan.extents)
    described(press(upload(app, "红线.zip", content), "确认"))
    press(app, "存为草稿")
    assert "草稿 1 已保存" in words(app)
    kept = open_store(data, plan).drafted(1)
    assert (kept.actor, kept.why, kept.source_file, kept.base) == (EDITOR, "红线批复", "红线.zip", 1)
    assert kept.report["source"]["title_zh"] == "批复红线图"
    assert kept.report["matches"] == [{"feature": 1, "extent_id": PART}]
    assert EDITOR in repr(app.session_state)
    assert PASSWORD not in repr(app.session_state)


def test_a_draft_that_no_release_may_hold_is_refused_in_chinese(
    plan: Plan, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfinished(*asked: Any, **stated: Any) -> gpd.GeoDataFrame:
        draft = draft_extents(*asked, **stated)
        own = draft.index[draft["extent_id"] == PART]
        draft.loc[own, ["method_zh", "position_accuracy_m"]] = [None, -1.0]
        return draft

    monkeypatch.setattr("views.drafting.draft_extents", unfinished)
    monkeypatch.setenv("YUANTU_ACCOUNTS", str(accounts_file(tmp_path)))
    app = sign_in(opened("intake"), EDITOR)
    described(press(upload(app, "红线.zip", survey(plan.extents)), "确认"))
    told = press(app, "存为草稿").error[0].value
    assert told.splitlines() == [
        "这些范围有 2 处错误，请改正后重新起草：",
        f"- {PART} 缺少绘制方法（method_zh）：请填写已知情况",
        f"- {PART} 的位置精度为 -1.0：应为不小于 0 的米数",
    ]
    assert not has_english_sentence(told)
    assert open_store(data, plan).drafts().empty


def test_a_wrong_password_signs_nobody_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANTU_ACCOUNTS", str(accounts_file(tmp_path)))
    app = opened("intake")
    app.sidebar.text_input[0].input(EDITOR)
    app.sidebar.text_input[1].input("wrong wrong wrong")
    press(app, "登录")
    assert "姓名或密码不对" in app.error[0].value
    assert any(button.label == "登录" for button in app.button)


def test_a_fault_is_listed_and_repaired_when_ticked() -> None:
    bow = [[118.10, 24.60], [118.11, 24.61], [118.11, 24.60], [118.10, 24.61], [118.10, 24.60]]
    content = json.dumps({"type": "Polygon", "coordinates": [bow]}).encode()
    app = upload(opened("intake"), "bow.geojson", content)
    assert any("相交" in str(cell) or "交叉" in str(cell) for cell in app.dataframe[0].value["问题"])
    app.checkbox(key="repair_1_self-crossing").check()
    press(app, "修复所选")
    log = next(table.value for table in app.dataframe if "修复后（m²）" in table.value)
    assert float(log["修复后（m²）"].iloc[0].replace(",", "")) > 0
    press(app, "撤销全部修复")
    assert not any("修复后（m²）" in table.value for table in app.dataframe)


def test_a_project_takes_its_site_from_a_file(plan: Plan) -> None:
    app = opened("screening")
    app.file_uploader(key="site_file").set_value(("红线.zip", survey(plan.extents), "application/zip")).run()
    for key in ("site_q_encoding", "site_q_crs"):
        box = app.selectbox(key=key)
        box.set_value(box.options[0] if key == "site_q_encoding" else "EPSG:4527").run()
    assert not app.exception
    assert "已采用文件中的范围：火炬园" in words(app)
    assert app.session_state["screen_map_drawn"]["type"] == "Polygon"


def test_a_reading_can_be_stopped_and_taken_up_again(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, is_cancelled: Callable[[], bool], **__: object) -> None:
        assert is_cancelled() is False
        # A press of a button ends the run like this, at the next sign of life.
        st.stop()

    with monkeypatch.context() as patched:
        patched.setattr("views.intake.read_intake", interrupted)
        app = upload(opened("intake"), "hongxian.zip", survey(plan.extents))
        assert "停止" in [button.label for button in app.button]
        app = press(app, "停止")
    assert "已停止读取 hongxian.zip" in words(app)
    assert "停止" not in [button.label for button in app.button]
    app = press(app, "重新读取")
    assert "已停止读取" not in words(app)
    assert "shapefile" in words(app)


def test_a_file_too_large_to_compare_says_so_of_the_whole_file(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = read_intake(survey(plan.extents), name="a.zip", plan=plan)
    monkeypatch.setattr("views.intake.read_intake", lambda *_, **__: replace(intake, faults=(not_compared(2001),)))
    app = upload(opened("intake"), "a.zip", survey(plan.extents))
    [row] = [row for table in app.dataframe for row in table.value.to_dict("records") if "2001" in str(row)]
    assert "（整个文件）" in row.values()
