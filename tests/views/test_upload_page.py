"""From an uploaded file to a large layer: shown to its session, kept by an editor for everybody, taken off again."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.languages import is_chinese
from tests.views.office import EDITOR, accounts_file
from tests.views.pages import opened, press, sign_in, words

pytestmark = pytest.mark.usefixtures("data")
#: Points of a made-up table, and how many.
FIRMS = "名称,经度,纬度,行业\n" + "".join(
    f"企业{n},{118.05 + n / 1000:.4f},24.60,{'制造' if n % 2 else '软件'}\n" for n in range(40)
)
COUNT = 40


def uploaded(app: AppTest, content: str = FIRMS) -> AppTest:
    app.file_uploader(key="intake_file").set_value(("企业.csv", content.encode(), "text/csv")).run()
    assert not app.exception
    return press(app, "确认") if any(button.label == "确认" for button in app.button) else app


def at_large(app: AppTest) -> AppTest:
    """Go on to the page of large layers, as the press of the button does in a browser."""
    app._page_hash = app.session_state["pages"]["large"]._script_hash
    app.run()
    assert not app.exception
    return app


def test_points_are_proposed_as_a_layer_and_are_no_fault_of_it() -> None:
    app = uploaded(opened("intake"))
    assert app.session_state["intake_use"] == "layer"
    assert f"共 {COUNT} 个要素" in words(app)
    assert "个要素有上述问题" not in words(app)
    app.segmented_control(key="intake_use").set_value("extents").run()
    assert not app.exception
    assert "须先修复" in "".join(str(frame.value.columns.tolist()) for frame in app.dataframe)
    assert not any(button.key == "upload_show" for button in app.button)


def test_an_upload_is_shown_to_its_session_alone(data: Path) -> None:
    app = at_large(press(uploaded(opened("intake")), "显示为大图层"))
    [file] = (data / "uploads").iterdir()
    [layer] = app.selectbox(key="large_layer").options
    assert layer == "企业.csv"
    assert file.stem.startswith("upload-")
    assert "企业.csv 的密级未说明，不提供下载" in words(app)
    assert f"<td>{COUNT}</td>" in words(app)
    assert "目前只有您能看到" in words(app)
    assert "登记需要编辑角色。" in words(app)
    assert not any(button.label == "登记" for button in app.button)
    by = next(box for box in app.selectbox if box.label == "按字段着色")
    assert "行业" in by.options
    assert "还没有大图层" in words(opened("large"))


def test_an_editor_keeps_it_for_everybody_and_takes_it_off(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUANTU_ACCOUNTS", str(accounts_file(tmp_path)))
    app = at_large(press(uploaded(sign_in(opened("intake"), EDITOR)), "显示为大图层"))
    press(app, "登记")
    [error] = app.error
    assert error.value.startswith("登记图层须填写标题、来源、时点和密级")
    assert is_chinese(error.value)
    for key, text in (("title", "重点企业"), ("source", "工业和信息化局"), ("as_of", "2026-10")):
        app.text_input(key=f"upload_{key}").input(text)
    # What is above the deployment's class could not be shown afterwards, and so not be taken off.
    assert app.selectbox(key="upload_security").options == ["公开", "内部"]
    app.selectbox(key="upload_security").set_value("internal")
    press(app, "登记")
    assert "“重点企业”已登记" in app.success[0].value
    everybody = opened("large")
    assert everybody.selectbox(key="large_layer").options == ["重点企业"]
    assert "工业和信息化局" in words(everybody)
    assert "目前只有您能看到" not in words(everybody)
    assert not any(button.label.startswith("撤下") for button in everybody.button)
    press(app, "撤下“重点企业”")
    assert "已撤下，文件保留为 重点企业-" in app.success[0].value
    assert "还没有大图层" in words(opened("large"))
    assert len(list((data / "large" / "earlier").iterdir())) == 1


def test_a_data_folder_that_cannot_be_written_is_told(data: Path) -> None:
    data.write_text("no folder", encoding="utf-8")
    app = press(uploaded(opened("intake")), "显示为大图层")
    [error] = [one.value for one in app.error if "大图层" in one.value]
    assert "无法写入" in error
    assert data.read_text(encoding="utf-8") == "no folder"
