"""The page of large layers as Streamlit runs it, without a browser."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from streamlit.testing.v1 import AppTest

from bench.city import write_parcels
from tests.languages import has_english_sentence
from tests.views import pages


def opened(**query: str) -> AppTest:
    return pages.opened("large", **query)


def texts(app: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in app.main.get("html"))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    parcels = tmp_path / "parcels.parquet"
    write_parcels(parcels, 300, seed=2)
    monkeypatch.setenv("YUANTU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv(
        "YUANTU_LARGE", f"parcels={parcels}|title=宗地|source=资源规划局|as_of=2025-06|security=internal"
    )
    return parcels


def test_without_a_file_the_page_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANTU_LARGE", "")
    app = opened()
    assert "还没有大图层。上传宗地" in texts(app)
    assert "YUANTU_LARGE='parcels=" in app.code[0].value


def test_a_setting_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANTU_LARGE", "no path")
    [error] = opened().error
    assert error.value.startswith("此图层无法显示：设置 large 中的 'no path' 不是“名称=路径”")
    assert not has_english_sentence(error.value)
    assert "'no path' in the setting `large` is no `name=path`" in opened(lang="en").error[0].value


def test_a_small_file_is_tiled_while_the_page_waits_and_told_with_source_and_date(office: Path) -> None:
    app = opened()
    shown = texts(app)
    for words in ("资源规划局", "2025-06", "300", "未说明", "未经核验", "/files/large/parcels.fgb"):
        assert words in shown
    assert len(list((office.parent / "data" / "tiles").glob("*.pmtiles"))) == 1
    by = next(box for box in app.selectbox if box.label == "按字段着色")
    assert by.options == ["单一颜色", "use", "use_zh", "sector", "area_ha", "far", "built_year"]
    by.set_value("use_zh").run()
    assert not app.exception
    assert "工业用地" in texts(app)


def test_many_features_are_tiled_in_the_background_and_the_page_shows_how_far(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUANTU_TILE_FROM", "1")
    app = opened(lang="en")
    assert "This runs in the background" in app.caption[0].value
    assert office.is_file()


def test_a_broken_file_is_told_with_a_way_to_try_again(office: Path) -> None:
    office.write_bytes(b"broken")
    [error] = opened().error
    assert "parcels.parquet 无法按 GeoParquet、FlatGeobuf、GeoPackage 或 GeoJSON 读取" in error.value
    assert not has_english_sentence(error.value)
    assert "parcels.parquet cannot be read as GeoParquet" in opened(lang="en").error[0].value


def test_what_fails_while_tiles_are_made_is_told_in_the_sessions_language(office: Path) -> None:
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[None], crs=4326).to_parquet(office)
    [error] = opened().error
    assert "parcels.parquet 没有可绘制的内容：全部 1 行都没有几何" in error.value
    assert not has_english_sentence(error.value)
    assert "parcels.parquet holds nothing to draw" in opened(lang="en").error[0].value


def test_what_has_no_security_class_is_shown_and_not_handed_out(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANTU_LARGE", f"parcels={office}|title=宗地")
    shown = texts(opened())
    assert "宗地 的密级未说明，不提供下载" in shown
    assert "/files/large/" not in shown
    assert "300" in shown


def test_what_is_above_the_deployments_class_is_not_shown(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANTU_LARGE", f"parcels={office}|title=宗地|security=classified")
    app = opened()
    [error] = app.error
    assert "宗地 的密级为涉密，高于本部署允许的内部，不提供下载" in error.value
    assert "300" not in texts(app)
    monkeypatch.setenv("YUANTU_SECURITY_CLASS", "classified")
    assert "/files/large/parcels.fgb" in texts(opened())


@pytest.mark.parametrize("tile_from", ["1", "5000"])
def test_a_file_waits_while_others_are_tiled_and_begins_when_there_is_room(
    office: Path, monkeypatch: pytest.MonkeyPatch, tile_from: str
) -> None:
    monkeypatch.setenv("YUANTU_TILE_FROM", tile_from)
    monkeypatch.setattr("views.large._WAIT_S", 0.5)
    monkeypatch.setattr("layers.tiles.kept.AT_ONCE", 0)
    app = opened()
    assert "切片在后台进行" in app.caption[0].value
    assert not list((office.parent / "data").rglob("*.pmtiles"))
    monkeypatch.setattr("views.large._WAIT_S", 60)
    monkeypatch.setattr("layers.tiles.kept.AT_ONCE", 2)
    monkeypatch.setenv("YUANTU_TILE_FROM", "5000")
    app.run()
    assert not app.exception
    assert "/files/large/parcels.fgb" in texts(app)
