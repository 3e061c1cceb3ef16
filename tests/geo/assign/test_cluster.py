"""Two worker processes over TCP answer exactly what one process answers, also when one of them is killed."""

import signal
from pathlib import Path

import dask_geopandas
import geopandas as gpd
import numpy as np
import pytest

from bench.dask_cluster import running_cluster
from geo.assign import assign, assign_points, assignment, prepared_zones, run
from geo.errors import GeoError
from tests.geo.assign.places import PLANE, at, rows_of, square, write_firms, zone_table

ZONES = zone_table({"a": square(0, 0), "b": square(2, 0)}, [100.0, None])


def scattered(count: int) -> np.ndarray:
    return at(*np.random.default_rng(11).uniform(-0.5, 3.5, (count, 2)).tolist())


def test_two_workers_answer_what_one_process_answers_and_survive_a_killed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_UNIT_ROWS", 1)
    firms = write_firms(tmp_path / "firms.parquet", scattered(8_000), row_group_size=100)
    zones = tmp_path / "zones.gpkg"
    ZONES.to_file(zones)
    alone = assign(firms, zones, tmp_path / "alone.parquet")
    with running_cluster(tmp_path, 2) as cluster:
        together = assign(firms, zones, tmp_path / "together.parquet", scheduler=cluster.address)
        assert (tmp_path / "together.parquet").read_bytes() == (tmp_path / "alone.parquet").read_bytes()
        assert together.counts == alone.counts

        done: list[int] = []

        def kill_one(rows: int, _total: int) -> None:
            done.append(rows)
            if len(done) == 20:
                cluster.workers[0].send_signal(signal.SIGKILL)

        assign(firms, zones, tmp_path / "survived.parquet", scheduler=cluster.address, progress=kill_one)
        assert cluster.workers[0].wait(timeout=60) == -signal.SIGKILL
        assert cluster.workers[1].poll() is None
        assert (tmp_path / "survived.parquet").read_bytes() == (tmp_path / "alone.parquet").read_bytes()

        cancelled = assign(
            firms, zones, tmp_path / "later.parquet", scheduler=cluster.address, is_cancelled=lambda: True
        )
        assert not cancelled.is_finished


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.assign.cluster._PATIENCE", "1s")
    firms = write_firms(tmp_path / "firms.parquet", scattered(5))
    ZONES.to_file(tmp_path / "zones.gpkg")
    with pytest.raises(GeoError, match=r"tcp://127\.0\.0\.1:9: no Dask scheduler answers there"):
        assign(firms, tmp_path / "zones.gpkg", tmp_path / "out.parquet", scheduler="tcp://127.0.0.1:9")


def test_partitions_of_dask_geopandas_can_be_assigned_by_the_same_function() -> None:
    places = scattered(300)
    table = gpd.GeoDataFrame({"id": range(300)}, geometry=gpd.points_from_xy(*places.T), crs=PLANE)
    to = assignment(prepared_zones(ZONES))

    def assigned(part: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        found = assign_points(part.geometry.get_coordinates().to_numpy(), to).to_pydict()
        return part.assign(zone=np.array(found["zone"], dtype=object), certainty=found["certainty"])

    parts = dask_geopandas.from_geopandas(table, npartitions=4)
    whole = parts.map_partitions(assigned, meta=assigned(table.iloc[:0])).compute(scheduler="sync")
    got = [
        (zone if isinstance(zone, str) else None, said)
        for zone, said in zip(whole["zone"], whole["certainty"], strict=True)
    ]
    assert got == rows_of(assign_points(places, to))
