"""What assigned rows add up to: counts, sums and location quotients per zone and sector."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.errors import GeoError, UnknownNameError
from geo.methods import location_quotients

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH_ROWS = 1 << 20
_SURE = ("inside", "partly")


def zone_statistics(
    assigned: pd.DataFrame | pa.Table | Path | str, *, by: str, amount: str | None = None
) -> pd.DataFrame:
    """
    Count and add up assigned rows per zone and sector.

    Parameters
    ----------
    assigned
        What `geo.assign.assign` wrote (the file's path, read in pieces, or a table of it), with one zone a row.
    by
        Column of the sector, or of another kind that rows are told apart by.
    amount
        Column to add up (jobs, output), 0 or more; None to count alone.

    Returns
    -------
    statistics
        One row a pair of `zone` and `by` that occurs, sorted: `count` and `amount` of the rows surely there (parcels
        cut by the edge included, whole), `count_undetermined` and `amount_undetermined` of those for which the
        accuracy does not suffice, and `location_quotient` of the sure amount (of the count, without an amount): the
        sector's share in the zone over its share in the whole file, rows outside of all zones included. Missing
        amounts count as 0; rows without place or sector are left out.

    Raises
    ------
    GeoError
        If a column is missing, the zones are lists, or an amount is negative.

    Examples
    --------
    Half of zone a's jobs are in x, of all 8 jobs a quarter:

    >>> firms = pd.DataFrame(
    ...     {
    ...         "zone": ["a", "a", None],
    ...         "certainty": ["inside", "inside", "outside"],
    ...         "sector": ["x", "y", "y"],
    ...         "jobs": [2, 2, 4],
    ...     }
    ... )
    >>> found = zone_statistics(firms, by="sector", amount="jobs")
    >>> found[["zone", "sector", "count", "amount", "location_quotient"]].round(3).to_numpy().tolist()
    [['a', 'x', 1, 2, 2.0], ['a', 'y', 1, 2, 0.667]]
    """
    pieces = [_grouped(piece, by, amount) for piece in _pieces(assigned, by, amount)]
    sums = pd.concat(pieces).groupby(["zone", by, "certainty"], dropna=False, as_index=False).sum()
    sure = sums["certainty"].isin(_SURE)
    keys = ["zone", by]
    measured = [name for name in ("count", "amount") if name in sums]
    inside = sums[sure].groupby(keys)[measured].sum()
    near = sums[sums["certainty"] == "undetermined"].groupby(keys)[measured].sum().add_suffix("_undetermined")
    table = inside.join(near, how="outer").fillna(0)
    for name in [name for name in table if str(name).startswith("count")]:
        table[name] = table[name].astype("int64")
    quotient = _quotients(sums, sure, by, measured[-1])
    return table.join(quotient.rename("location_quotient")).reset_index()


def _quotients(sums: pd.DataFrame, sure: pd.Series, by: str, amount: str) -> pd.Series:
    """Of the sure rows by zone; all other rows together are one more region of the whole."""
    regions = sums.assign(region=sums["zone"].where(sure).astype("object").where(sure, other=_REST))
    activity = regions.pivot_table(index="region", columns=by, values=amount, aggfunc="sum", fill_value=0)
    quotients = location_quotients(activity.astype("float64")).drop(index=_REST, errors="ignore")
    return quotients.rename_axis("zone").melt(ignore_index=False).set_index(by, append=True)["value"]


_REST = "\0rest"  # no zone's id


def _pieces(assigned: pd.DataFrame | pa.Table | Path | str, by: str, amount: str | None) -> Iterator[pa.Table]:
    wanted = ["zone", "certainty", by, *([amount] if amount else [])]
    if isinstance(assigned, (str, Path)):
        with pq.ParquetFile(assigned) as file:
            _require_columns(file.schema_arrow, wanted)
            yield file.schema_arrow.empty_table().select(wanted)
            for batch in file.iter_batches(_BATCH_ROWS, columns=wanted):
                yield pa.Table.from_batches([batch]).select(wanted)
        return
    if isinstance(assigned, pa.Table):
        table = assigned
    else:
        table = pa.table({name: pa.array(assigned[name], from_pandas=True) for name in wanted if name in assigned})
    _require_columns(table.schema, wanted)
    yield table.select(wanted)


def _require_columns(schema: pa.Schema, wanted: list[str]) -> None:
    if missing := [name for name in wanted if name not in schema.names]:
        msg = f"there is no column {missing[0]!r}; there are {', '.join(schema.names)}"
        raise UnknownNameError(msg)
    if pa.types.is_list(schema.field("zone").type):
        msg = "a row has a list of zones, so that sums would count it twice; assign again without --all"
        raise GeoError(msg)


def _grouped(table: pa.Table, by: str, amount: str | None) -> pd.DataFrame:
    known = table.filter(pc.and_(pc.is_valid(table["certainty"]), pc.is_valid(table[by])))
    sums = [(by, "count"), *([(amount, "sum")] if amount else [])]
    grouped: pd.DataFrame = known.group_by(["zone", "certainty", by]).aggregate(sums).to_pandas()
    return grouped.rename(columns={f"{by}_count": "count", f"{amount}_sum": "amount"})
