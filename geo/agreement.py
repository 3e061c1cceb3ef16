"""Where the tables of a plan package contradict each other: what no schema of a single table can say."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from geo.errors import Fault
from geo.names import folded, unbracketed

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]
Rows = dict[str, list[Row]]
#: What a CSV file may write for true, as frictionless reads it; spreadsheets write TRUE.
TRUE_WORDS = frozenset({"true", "True", "TRUE", "1"})
_HEADER = 2  # the first record of a CSV file stands in row 2
#: Which ids a mapping of each closeness must fill (True), must leave empty (False) or may fill (None).
_CLOSENESS = {
    "sector": {"sector_id": True, "subsector_id": False, "track_id": False},
    "subsector": {"sector_id": True, "subsector_id": True, "track_id": False},
    "track": {"sector_id": False, "subsector_id": False, "track_id": True},
    "related": {},
    "outside": {"sector_id": False, "subsector_id": False, "track_id": False},
}


def disagreements(rows: Rows, files: dict[str, str]) -> list[Fault]:
    """
    Faults that show only when tables are read side by side.

    Parameters
    ----------
    rows
        Records of each table as text by field name, empty cells as None; tables may be missing.
    files
        File name of each table.

    Returns
    -------
    faults
        Names that lead to another park, flags that no row bears out, mappings that contradict themselves, districts
        that the package does not hold, parts that are drawn twice.

    Examples
    --------
    >>> tables = {
    ...     "parks": [{"park_id": "p", "name_zh": "甲园", "short_zh": "甲园", "in_chapter5": "true"}],
    ...     "allocations": [{"sector_id": "s", "park_id": "p", "park_as_printed": "乙园"}],
    ... }
    >>> [fault.kind for fault in disagreements(tables, {"parks": "parks.csv", "allocations": "allocations.csv"})]
    ['unknown-name']
    """
    return [
        *_shared_names(rows, files),
        *_printed_names(rows, files),
        *_flags(rows, files),
        *_sector_kinds(rows, files),
        *_mappings(rows, files),
        *_parents(rows, files),
        *_districts(rows, files),
        *_extents(rows, files),
    ]


def _numbered(rows: Rows, table: str) -> Iterator[tuple[int, Row]]:
    """Records with their row numbers; blank ones are passed over, they are faults of their own."""
    records = enumerate(rows.get(table, []), start=_HEADER)
    return ((number, row) for number, row in records if any(row.values()))


def _names(park: Row) -> set[str]:
    aliases = (park.get("aliases") or "").split("|")
    formal = (park.get(field) for field in ("name_zh", "short_zh", "name_en", "short_en"))
    return {folded(name) for name in [*formal, *aliases] if name}


def _shared_names(rows: Rows, files: dict[str, str]) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for number, park in _numbered(rows, "parks"):
        for name in sorted(_names(park)):
            owner = owners.setdefault(name, str(park.get("park_id")))
            if owner != park.get("park_id"):
                reason = f"the name {name!r} already belongs to the park {owner!r}; drop it from one of them"
                yield Fault(files["parks"], number, "aliases", "shared-name", reason)


def _printed_names(rows: Rows, files: dict[str, str]) -> Iterator[Fault]:
    names: dict[str, str] = {}
    for _, park in _numbered(rows, "parks"):
        for name in _names(park):
            names.setdefault(name, str(park.get("park_id")))  # a shared name is one fault: the first park keeps it
    for table in ("allocations", "focuses"):
        for number, row in _numbered(rows, table):
            printed, park_id = row.get("park_as_printed"), row.get("park_id")
            if not printed or not names:
                continue
            found = names.get(folded(printed)) or names.get(folded(unbracketed(printed)))
            if found is None:
                reason = f"no park is called {printed!r}; correct it or add it to the park's aliases"
                yield Fault(files[table], number, "park_as_printed", "unknown-name", reason)
            elif park_id and found != park_id:
                reason = f"{printed!r} is the park {found!r}, the row says {park_id!r}; correct one of them"
                yield Fault(files[table], number, "park_id", "contradicting-name", reason)


def _flags(rows: Rows, files: dict[str, str]) -> Iterator[Fault]:
    """Where a park says that the plan names it and no row of the plan's lists does, or the other way round."""
    listed = {row.get("park_id") for _, row in _numbered(rows, "allocations")}
    entries = {row.get("park_id"): row.get("entry") for _, row in _numbered(rows, "focuses")}
    for number, park in _numbered(rows, "parks"):
        park_id = park.get("park_id")
        if "allocations" in rows and (park.get("in_chapter5") in TRUE_WORDS) != (park_id in listed):
            reason = f"it says {park.get('in_chapter5')}, {files['allocations']} says otherwise; correct one of them"
            yield Fault(files["parks"], number, "in_chapter5", "contradicting-flag", reason)
        if "focuses" in rows and park.get("box6_entry") != entries.get(park_id):
            said = entries.get(park_id)
            reason = f"it says {park.get('box6_entry')}, {files['focuses']} says {said}; correct one of them"
            yield Fault(files["parks"], number, "box6_entry", "contradicting-flag", reason)
    pairs = Counter((row.get("sector_id"), row.get("park_id")) for _, row in _numbered(rows, "allocations"))
    for number, row in _numbered(rows, "allocations"):
        if pairs[row.get("sector_id"), row.get("park_id")] > 1:
            reason = "the same sector and park stand in two rows; keep one"
            yield Fault(files["allocations"], number, "park_id", "duplicate-allocation", reason)


def _sector_kinds(rows: Rows, files: dict[str, str]) -> Iterator[Fault]:
    kinds = {row.get("sector_id"): row.get("kind") for _, row in _numbered(rows, "sectors")}
    wanted = {
        "allocations": (("sector_id", "sector"),),
        "subsectors": (("sector_id", "sector"),),
        "focus_mappings": (("sector_id", "sector"), ("track_id", "track")),
    }
    for table, fields in wanted.items():
        for number, row in _numbered(rows, table):
            for field, kind in fields:
                given = row.get(field)
                if given in kinds and kinds[given] != kind:
                    reason = f"{given!r} is a {kinds[given]}, a {kind} is wanted here"
                    yield Fault(files[table], number, field, "wrong-kind", reason)


def _mappings(rows: Rows, files: dict[str, str]) -> Iterator[Fault]:
    file = files.get("focus_mappings", "focus_mappings.csv")
    parents = {row.get("subsector_id"): row.get("sector_id") for _, row in _numbered(rows, "subsectors")}
    mapped: dict[str | None, int] = defaultdict(int)
    for number, row in _numbered(rows, "focus_mappings"):
        mapped[row.get("focus_id")] += 1
        closeness = str(row.get("closeness"))
        for field, is_filled in _CLOSENESS.get(closeness, {}).items():
            if bool(row.get(field)) != is_filled:
                state = "needs" if is_filled else "must leave empty"
                yield Fault(file, number, field, "contradicting-mapping", f"a mapping {closeness!r} {state} {field!r}")
        if closeness == "related" and not (row.get("sector_id") or row.get("track_id")):
            yield Fault(file, number, "sector_id", "contradicting-mapping", "'related' needs a sector or a track")
        if closeness in {"related", "outside"} and not row.get("note_zh"):
            yield Fault(file, number, "note_zh", "missing-reason", f"a mapping {closeness!r} must say why")
        subsector = row.get("subsector_id")
        if subsector in parents and parents[subsector] != row.get("sector_id"):
            reason = f"{subsector!r} belongs to {parents[subsector]!r}, the row says {row.get('sector_id')!r}"
            yield Fault(file, number, "subsector_id", "contradicting-mapping", reason)
    for number, row in _numbered(rows, "focuses"):
        if "focus_mappings" in rows and not mapped[row.get("focus_id")]:
            reason = f"{row.get('focus_id')!r} has no mapping; add one, 'outside' if it fits no sector"
            yield Fault(files["focuses"], number, "focus_id", "unmapped-term", reason)


def _parents(rows: Rows, files: dict[str, str]) -> Iterator[Fault]:
    known = {row.get("indicator_id") for _, row in _numbered(rows, "indicators")}
    for number, row in _numbered(rows, "indicators"):
        if row.get("parent_id") and row["parent_id"] not in known:
            reason = f"no indicator is called {row['parent_id']!r}"
            yield Fault(files["indicators"], number, "parent_id", "unknown-parent", reason)


def _districts(rows: Rows, files: dict[str, str]) -> Iterator[Fault]:
    known = {district.get("name_zh") for _, district in _numbered(rows, "districts")}
    for table, field in (("parks", "districts_zh"), ("parts", "district_zh")):
        for number, row in _numbered(rows, table):
            for name in (row.get(field) or "").split("|"):
                if known and name and name not in known:
                    reason = f"no district is called {name!r}; the package has {', '.join(sorted(map(str, known)))}"
                    yield Fault(files[table], number, field, "unknown-district", reason)


def _extents(rows: Rows, files: dict[str, str]) -> Iterator[Fault]:
    drawn: dict[tuple[Any, Any], int] = {}
    for number, row in enumerate(rows.get("extents", []), start=1):
        first = drawn.setdefault((row.get("park_id"), row.get("part_id")), number)
        if first != number:
            reason = f"feature {first} draws this part already; make one MultiPolygon of both"
            yield Fault(files["extents"], number, "part_id", "duplicate-extent", reason)
