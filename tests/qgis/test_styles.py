"""QGIS itself draws what leaves by our rules: sectors and grades, in the colours of the palette."""

import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from geo.plan import Plan
from layers.bundle import bundle, export_all
from layers.catalog import catalog, layer, layer_table
from layers.extract import extract
from layers.filters import Filters
from layers.palette import UNLISTED, sector_colours
from layers.styles.rules import extract_style, heading, label_column
from tests.qgis.asked import SYSTEMS, Ask, Opened


def legend_of(plan: Plan, layer_id: str) -> list[tuple[str, str | None, str | None]]:
    """Label, fill and line of each rule that draws a layer."""
    return [
        (rule.label_zh, rule.fill, rule.line)
        for group in extract_style(extract(plan, layer_id, Filters(), "EPSG:4326"))
        for rule in group
    ]


def assert_styled(found: dict[str, Any], plan: Plan, layer_id: str) -> None:
    rows = extract(plan, layer_id, Filters(), "EPSG:4326")
    style = extract_style(rows)
    assert found["renderer"] == "RuleRenderer"
    is_line = str(rows.layer.geometry).endswith("LineString")
    expected = legend_of(plan, layer_id)
    assert [rule["label"] for rule in found["rules"]] == [label for label, _, _ in expected]
    for rule, (_, fill, line) in zip(found["rules"], expected, strict=True):
        assert is_line or rule["fill"] == fill
        assert rule["pen"] == "no" if line is None else rule["line"] == line
    assert found["branches"] == ([heading(group)[0] for group in style] if len(style) > 1 else [])
    assert found.get("label") == label_column(rows)
    drawn = [
        sum(number for label, number in found["drawn"].items() if label in {rule.label_zh for rule in group})
        for group in style
    ]
    graded = [group[0].column in {"grade", "worst_grade"} for group in style]
    assert [number for number, is_graded in zip(drawn, graded, strict=True) if not is_graded] == [len(rows.table)]


@pytest.mark.parametrize("crs", SYSTEMS)
def test_a_geopackage_opens_styled_in_sectors_and_grades(plan: Plan, opened: Opened, crs: str) -> None:
    [found] = opened.answers["parks", "gpkg", crs]["layers"]
    assert_styled(found, plan, "parks")
    drawn = found["drawn"]
    table = layer_table(plan, "parks")
    first = Counter(cell[0] if cell else None for cell in table["sector_ids"])
    named = plan.main_sectors.set_index("sector_id")["name_zh"]
    assert {name: drawn[name] for name in named} == {named[key]: first.get(key, 0) for key in named.index}
    assert drawn["仅见于专栏"] == first[None]
    assert {rule["fill"] for rule in found["rules"] if rule["fill"]} == {*sector_colours(plan).values(), UNLISTED}
    pens = {rule["label"][0]: rule["pen"] for rule in found["rules"] if rule["fill"] is None}
    assert pens == {"A": "solid", "B": "solid", "C": "dash", "D": "dot"}


def test_one_geopackage_opens_every_layer_styled_with_chinese_titles(plan: Plan, ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "all.gpkg").write_bytes(export_all(plan).content)
    seen = ask([{"address": str(tmp_path / "all.gpkg")}])
    found = {one["name"]: one for one in seen.answers[0]["layers"]}
    assert set(found) == {one.id for one in catalog(plan)}
    for one in catalog(plan):
        assert found[one.id]["is_valid"]
        assert len(found[one.id]["rows"]) == len(layer_table(plan, one.id))
        if one.geometry:
            assert_styled(found[one.id], plan, one.id)
            titles = {field.name: field.title_zh for field in extract(plan, one.id, Filters(), "EPSG:4326").fields}
            assert found[one.id]["aliases"] == titles
    # A version that QGIS's GDAL does not know would be opened with a warning.
    assert "GeoPackage user_version" not in seen.words


@pytest.mark.parametrize("ending", ["qml", "sld"])
@pytest.mark.parametrize("format_id", ["shp", "fgb"])
def test_styles_of_a_bundle_load_and_draw_every_row(
    plan: Plan, ask: Ask, tmp_path: Path, format_id: str, ending: str
) -> None:
    layers = [found.id for found in catalog(plan) if found.geometry]
    with zipfile.ZipFile(io.BytesIO(bundle(plan, layers, format=format_id, crs="EPSG:4548").content)) as archive:
        archive.extractall(tmp_path)
    asked = [
        {
            "address": str(next(tmp_path.glob(f"yuantu_{name}_epsg4548*"))),
            "styles": [str(tmp_path / "styles" / f"{name}.{ending}")],
        }
        for name in layers
    ]
    for layer_id, answer in zip(layers, ask(asked).answers, strict=True):
        found, expected = answer["layers"][0], legend_of(plan, layer_id)
        assert found["loaded"] == [True]
        if ending == "sld" and len(expected) == 1:
            # One rule for all rows is a single symbol to QGIS.
            assert found["renderer"] == "singleSymbol"
            continue
        assert found["renderer"] == "RuleRenderer"
        labels = [rule["label"].split(" / ")[0] for rule in found["rules"]]
        assert labels == [label for label, _, _ in expected]
        if layer(plan, layer_id).geometry.endswith("Polygon"):
            assert [rule["fill"] for rule in found["rules"]] == [fill for _, fill, _ in expected]
        drawn = {label.split(" / ")[0]: number for label, number in found["drawn"].items()}
        fills = {label for label, fill, _ in expected if fill}
        assert sum(drawn[label] for label in fills) == len(found["rows"])


def test_a_picture_of_the_geopackage_has_the_colours_of_the_palette(
    plan: Plan, opened: Opened, ask: Ask, tmp_path: Path
) -> None:
    path = tmp_path / "parks.gpkg"
    path.write_bytes(opened.files["parks", "gpkg", "EPSG:4548"].content)
    picture = {"file": str(tmp_path / "parks.png"), "width": 1200, "height": 1000}
    [answer] = ask([{"address": str(path), "render": picture}]).answers
    assert (tmp_path / "parks.png").stat().st_size > 10_000
    first = {cell[0] if cell else None for cell in layer_table(plan, "parks")["sector_ids"]}
    palette = sector_colours(plan) | {None: UNLISTED}
    missing = [sector for sector in first if not near(on_white(palette[sector]), answer["colours"])]
    assert missing == []


def on_white(colour: str, opacity: float = 0.62) -> tuple[int, ...]:
    """Colour of a fill that lets white ground through."""
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return tuple(round(255 - (255 - channel) * opacity) for channel in channels)


def near(colour: tuple[int, ...], found: dict[str, int]) -> bool:
    """Whether a colour, give or take rounding, covers more than a few points."""
    seen = {tuple(int(text[at : at + 2], 16) for at in (1, 3, 5)): number for text, number in found.items()}
    return any(
        number > 20 and max(abs(one - other) for one, other in zip(colour, shade, strict=True)) <= 2
        for shade, number in seen.items()
    )
