"""Counts, sums and location quotients per zone and sector."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.assign import zone_statistics
from geo.errors import GeoError, UnknownNameError

FIRMS = pd.DataFrame(
    {
        "zone": ["a", "a", "b", "b", None, "a", None],
        "certainty": ["inside", "inside", "inside", "undetermined", "outside", "inside", None],
        "sector": ["x", "y", "y", "x", "y", None, "x"],
        "jobs": [2, 2, 1, 5, None, 9, 7],
    }
)


def test_undetermined_rows_are_counted_apart_and_unknown_ones_left_out() -> None:
    found = zone_statistics(FIRMS, by="sector", amount="jobs").set_index(["zone", "sector"])
    assert found.index.tolist() == [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    assert found["count"].tolist() == [1, 1, 0, 1]
    assert found["amount"].tolist() == [2, 2, 0, 1]
    assert found["count_undetermined"].tolist() == [0, 0, 1, 0]
    assert found["amount_undetermined"].tolist() == [0, 0, 5, 0]
    # In all 10 jobs: x has 7, y 3. In a each has half; b surely has y alone.
    assert found["location_quotient"].tolist() == pytest.approx([5 / 7, 5 / 3, 0, 10 / 3])


def test_without_an_amount_rows_are_counted() -> None:
    found = zone_statistics(FIRMS, by="sector").set_index(["zone", "sector"])
    assert found.columns.tolist() == ["count", "count_undetermined", "location_quotient"]
    # In all 5 rows x has 2 and y 3.
    assert found.loc[("a", "x"), "location_quotient"] == pytest.approx(0.5 / 0.4)


def test_a_file_a_table_and_a_data_frame_say_the_same(tmp_path: Path) -> None:
    table = pa.Table.from_pandas(FIRMS)
    pq.write_table(table, tmp_path / "firms.parquet", row_group_size=2)
    expected = zone_statistics(FIRMS, by="sector", amount="jobs")
    for assigned in (table, tmp_path / "firms.parquet"):
        pd.testing.assert_frame_equal(zone_statistics(assigned, by="sector", amount="jobs"), expected)


def test_lists_of_zones_and_missing_columns_are_refused() -> None:
    with pytest.raises(GeoError, match="assign again without --all"):
        zone_statistics(pa.table({"zone": [["a"]], "certainty": [["inside"]], "sector": ["x"]}), by="sector")
    with pytest.raises(UnknownNameError, match="there is no column 'trade'; there are zone"):
        zone_statistics(pa.Table.from_pandas(FIRMS), by="trade")


@settings(max_examples=30)
@given(
    rows=st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from("xyz"), st.integers(0, 50)), min_size=1)
)
def test_counts_and_sums_are_those_of_a_plain_loop(rows: list[tuple[str | None, str, int]]) -> None:
    zones, sectors, jobs = zip(*rows, strict=True)
    said = ["inside" if zone else "outside" for zone in zones]
    table = pa.table({"zone": pa.array(zones, pa.string()), "certainty": said, "sector": sectors, "jobs": jobs})
    found = zone_statistics(table, by="sector", amount="jobs")
    expected: dict[tuple[str, str], tuple[int, int]] = {}
    for zone, sector, number in rows:
        if zone is not None:
            count, total = expected.get((zone, sector), (0, 0))
            expected[zone, sector] = (count + 1, total + number)
    assert {
        (r.zone, r.sector): (r.count_, r.amount) for r in found.rename(columns={"count": "count_"}).itertuples()
    } == expected
