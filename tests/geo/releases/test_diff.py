"""What differs between two releases: by how much, and where."""

from dataclasses import replace

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from shapely.affinity import translate

from geo.accounts import Actor
from geo.crs import CGCS2000_CM117, WGS84
from geo.errors import CRSError
from geo.plan import Plan
from geo.releases import CHANGES, Store, StoreError, changes_table, plan_at, release_changes
from geo.releases.content import content_digest
from tests.geo.releases.publishing import changed, published


def moved(extents: gpd.GeoDataFrame, row: int, east_m: float, north_m: float) -> gpd.GeoDataFrame:
    """Give extents of which one stands some metres away, in the plane of EPSG:4548."""
    table = extents.copy()
    shape = gpd.GeoSeries([table.geometry.iloc[row]], crs=WGS84).to_crs(CGCS2000_CM117)
    table.loc[table.index[row], "geometry"] = shape.translate(east_m, north_m).to_crs(WGS84).iloc[0]
    return table


def test_an_extent_that_moved_says_by_how_much(plan: Plan) -> None:
    [row] = release_changes(plan.extents, moved(plan.extents, 3, 30, 40)).to_dict("records")
    assert row["extent_id"] == plan.extents["extent_id"].iloc[3]
    assert row["what"] == ("moved",)
    assert row["moved_m"] == pytest.approx(50, rel=1e-3)
    assert row["hausdorff_m"] == pytest.approx(50, rel=1e-3)
    assert row["area_after_km2"] == pytest.approx(row["area_before_km2"], abs=1e-6)
    assert not row["geometry"].is_empty


def test_an_extent_cut_in_half_says_its_areas_and_shows_the_half_that_went(yunpu_plan: Plan) -> None:
    before = yunpu_plan.extents.set_geometry([box(118.1, 24.5, 118.12, 24.52)] * 4, crs=WGS84)
    after = before.copy()
    after.loc[0, "geometry"] = box(118.1, 24.5, 118.11, 24.52)
    [row] = release_changes(before, after).to_dict("records")
    assert row["what"] == ("moved", "area")
    assert row["area_after_km2"] == pytest.approx(row["area_before_km2"] / 2, rel=1e-6)
    assert row["geometry"].equals(box(118.11, 24.5, 118.12, 24.52))
    # The eastern side went west by 0.01 degree, 1013.5 m here; the centroid by half of it.
    assert row["hausdorff_m"] == pytest.approx(1013.4, abs=1)
    assert row["moved_m"] == pytest.approx(1013.4 / 2, abs=1)


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("grade", "A", "grade"),
        ("position_accuracy_m", 0.5, "accuracy"),
        ("method_zh", "测绘", "evidence"),
        ("area_published_km2", 1.5, "evidence"),
        ("as_of", "2026", "evidence"),
    ],
)
def test_a_change_of_words_alone_is_named_and_shows_the_outline(
    yunpu_plan: Plan, field: str, value: object, what: str
) -> None:
    after = yunpu_plan.extents.astype({field: object})
    after.loc[3, field] = value
    [row] = release_changes(yunpu_plan.extents, after).to_dict("records")
    assert (row["extent_id"], row["what"], row["moved_m"], row["hausdorff_m"]) == ("river/main", (what,), 0.0, 0.0)
    assert row["geometry"].equals(yunpu_plan.extents.geometry.iloc[3])


def test_added_and_removed_extents_have_one_side_alone(yunpu_plan: Plan) -> None:
    changes = release_changes(yunpu_plan.extents.iloc[1:], yunpu_plan.extents.iloc[:-1]).set_index("extent_id")
    assert changes["what"].to_dict() == {"river/main": ("removed",), "north/main": ("added",)}
    assert changes["area_before_km2"].isna().to_dict() == {"river/main": False, "north/main": True}
    assert changes["grade_after"].isna().to_dict() == {"river/main": True, "north/main": False}
    assert changes.loc["north/main", "geometry"].equals(yunpu_plan.extents.geometry.iloc[0])


def test_the_same_extents_in_another_order_have_no_changes(plan: Plan) -> None:
    changes = release_changes(plan.extents, plan.extents.iloc[::-1])
    assert changes.empty
    assert changes.crs == WGS84
    assert "hausdorff_m" in changes.columns


@settings(max_examples=40)
@given(
    dx=st.floats(-0.01, 0.01), dy=st.floats(-0.01, 0.01), grade=st.sampled_from("ABCD"), row=st.integers(0, 3),
    width=st.floats(0.001, 0.1),
)  # fmt: skip
def test_there_is_a_change_exactly_when_the_digests_differ_and_it_is_the_same_from_both_sides(
    yunpu_plan: Plan, dx: float, dy: float, grade: str, row: int, width: float
) -> None:
    before = yunpu_plan.extents.set_geometry([box(118.1, 24.5, 118.1 + width, 24.5 + width)] * 4, crs=WGS84)
    after = before.copy()
    after.loc[row, "geometry"] = translate(before.geometry.iloc[row], dx, dy)
    after.loc[row, "grade"] = grade
    there, back = release_changes(before, after), release_changes(after, before)
    assert there.empty == (content_digest(before) == content_digest(after))
    assert there["what"].tolist() == back["what"].tolist()
    assert there["moved_m"].tolist() == pytest.approx(back["moved_m"].tolist())
    assert there["area_before_km2"].tolist() == back["area_after_km2"].tolist()


def test_extents_without_a_system_are_not_compared(yunpu_plan: Plan) -> None:
    bare = gpd.GeoDataFrame({"extent_id": ["a"]}, geometry=[Polygon()])
    with pytest.raises(CRSError):
        release_changes(yunpu_plan.extents, bare)


def test_extents_in_metres_are_compared_with_those_in_degrees(yunpu_plan: Plan) -> None:
    before, after = yunpu_plan.extents, moved(yunpu_plan.extents, 2, 30, 40)
    for one, other in ((before.to_crs(CGCS2000_CM117), after), (before, after.to_crs(CGCS2000_CM117))):
        changes = release_changes(one, other).set_index("extent_id")
        assert changes.crs == WGS84
        assert changes["moved_m"].get(before["extent_id"].iloc[2]) == pytest.approx(50, rel=1e-3)
        assert (changes["moved_m"].drop(before["extent_id"].iloc[2]) < 0.001).all()


def test_a_column_that_only_the_later_release_has_is_a_change_of_evidence(yunpu_plan: Plan) -> None:
    before = yunpu_plan.extents
    after = before.assign(survey_no=[None, None, "XM-7", None])
    [row] = release_changes(before, after).to_dict("records")
    assert (row["extent_id"], row["what"]) == (before["extent_id"].iloc[2], ("evidence",))


def test_the_greatest_distance_may_lie_between_the_corners(yunpu_plan: Plan) -> None:
    """Of a strip of 1000 m by 100 m only the two squares at its ends are left: its middle is 400 m from them."""
    strip = box(610_000, 2_708_000, 611_000, 2_708_100)
    ends = MultiPolygon([box(610_000, 2_708_000, 610_100, 2_708_100), box(610_900, 2_708_000, 611_000, 2_708_100)])
    others = [box(611_500, 2_708_000, 612_000, 2_708_500)] * 3
    tables = [
        yunpu_plan.extents.set_geometry(gpd.GeoSeries([shape, *others], crs=CGCS2000_CM117).to_crs(WGS84))
        for shape in (strip, ends)
    ]
    [row] = release_changes(*tables).to_dict("records")
    assert row["hausdorff_m"] == pytest.approx(400, abs=1)


def test_changes_read_as_words(yunpu_plan: Plan) -> None:
    after = changed(yunpu_plan.extents, 1)
    [row] = changes_table(release_changes(yunpu_plan.extents, after)).to_dict("records")
    assert (row["what_zh"], row["what_en"]) == ("边界改动、位置精度变化", "outline changed, accuracy changed")
    assert "geometry" not in row
    assert all(len(words) == 2 and all(words) for words in CHANGES.values())


def test_the_plan_at_the_first_release_is_the_plan_itself(store: Store, yunpu_plan: Plan) -> None:
    assert plan_at(yunpu_plan, store.current(), store.extents(1)) is yunpu_plan


def test_the_plan_at_a_later_release_names_it_and_has_a_digest_of_its_own(
    store: Store, yunpu_plan: Plan, publisher: Actor
) -> None:
    second = published(store, changed(yunpu_plan.extents, 1), publisher)
    third = store.roll_back(1, actor=publisher, why="恢复")
    at_second = plan_at(yunpu_plan, second, store.extents(2))
    at_third = plan_at(yunpu_plan, third, store.extents(3))
    assert len({yunpu_plan.digest, at_second.digest, at_third.digest}) == 3
    assert at_second.release == f"yunpu-2026-2030 1+extents.2 ({at_second.digest[:8]})"
    assert at_third.release == f"yunpu-2026-2030 1+extents.3 ({at_third.digest[:8]})"
    assert at_second.extents["position_accuracy_m"].iloc[0] == 5001
    assert yunpu_plan.extents["position_accuracy_m"].iloc[0] == 0
    assert plan_at(yunpu_plan, second, store.extents(2)).digest == at_second.digest


def test_the_first_release_is_named_when_the_package_has_gone_on(store: Store, yunpu_plan: Plan) -> None:
    later = replace(yunpu_plan, extents=changed(yunpu_plan.extents, 1), digest="ab" * 32)
    at = plan_at(later, store.current(), store.extents(1))
    assert at.release.startswith("yunpu-2026-2030 1+extents.1 (")
    assert content_digest(at.extents) == store.current().digest


def test_extents_of_another_release_make_no_plan(store: Store, yunpu_plan: Plan) -> None:
    with pytest.raises(StoreError, match="not those of release 1"):
        plan_at(yunpu_plan, store.current(), yunpu_plan.extents.iloc[1:])
