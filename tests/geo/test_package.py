"""A damaged package is refused with every fault at once, each with its file, row, field and kind."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shapely import affinity
from shapely.geometry import mapping, shape

from geo.__main__ import main
from geo.agreement import TRUE_WORDS
from geo.descriptor import CODES, FIELD_TYPES, OPTIONAL_FIELDS, PLAN_WORDS, REQUIRED_FIELDS, read_descriptor
from geo.errors import Fault, PlanError
from geo.extents import GRADES
from geo.fit import MAPPING_WORDS
from geo.package import check_plan
from geo.plan import DEFAULT_PATH, TABLES, Plan, read_plan

Damage = Callable[[Path], None]
# What a fault says of its place: file, row, field, kind.
Place = tuple[str, int | None, str | None, str]
BOW_TIE = [[[118.1, 24.6], [118.2, 24.7], [118.2, 24.6], [118.1, 24.7], [118.1, 24.6]]]


def places(faults: list[Fault]) -> list[Place]:
    return [fault[:4] for fault in faults]


def text(file: str, old: str, new: str) -> Damage:
    """Replace a piece of a file that stands in it once."""

    def damage(folder: Path) -> None:
        before = (folder / file).read_bytes().decode()
        assert before.count(old) == 1, f"{old!r} stands {before.count(old)} times in {file}"
        (folder / file).write_bytes(before.replace(old, new).encode())

    return damage


def line(file: str, new: str) -> Damage:
    """Add a line at the end of a table."""

    def damage(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(f"{new}\n")

    return damage


def parsed(file: str, change: Callable[[Any], object]) -> Damage:
    """Change a JSON file."""

    def damage(folder: Path) -> None:
        found = json.loads((folder / file).read_text(encoding="utf-8"))
        change(found)
        (folder / file).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")

    return damage


def feature(number: int, **members: Any) -> Damage:
    """Set members of one extent; the first is 1."""
    return parsed("extents.geojson", lambda collection: collection["features"][number - 1].update(members))


def properties(number: int, **cells: Any) -> Damage:
    """Set properties of one extent; the first is 1."""
    return parsed("extents.geojson", lambda found: found["features"][number - 1]["properties"].update(cells))


def resource(name: str, change: Callable[[dict[str, Any]], object]) -> Damage:
    """Change the description of one table."""
    return parsed(
        "datapackage.json",
        lambda package: change(next(found for found in package["resources"] if found["name"] == name)),
    )


def field(table: str, name: str, **members: Any) -> Damage:
    """Set members of the description of one field."""
    return resource(
        table,
        lambda found: next(column for column in found["schema"]["fields"] if column["name"] == name).update(members),
    )


def content(file: str, data: bytes) -> Damage:
    """Replace a whole file."""

    def damage(folder: Path) -> None:
        (folder / file).write_bytes(data)

    return damage


def in_gb18030(file: str) -> Damage:
    """Save a file as older spreadsheets do."""

    def damage(folder: Path) -> None:
        (folder / file).write_bytes((folder / file).read_text(encoding="utf-8").encode("gb18030"))

    return damage


def without(file: str) -> Damage:
    """Remove a file."""

    def damage(folder: Path) -> None:
        (folder / file).unlink()

    return damage


def both(first: Damage, second: Damage) -> Damage:
    """Do one damage after the other."""

    def damage(folder: Path) -> None:
        first(folder)
        second(folder)

    return damage


def without_column(file: str, label: str) -> Damage:
    """Remove a column and its cells."""

    def damage(folder: Path) -> None:
        with (folder / file).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        drop = rows[0].index(label)
        with (folder / file).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([*row[:drop], *row[drop + 1 :]] for row in rows)

    return damage


def in_metres(collection: dict[str, Any]) -> None:
    """Give the third extent coordinates as EPSG:4548 has them."""
    third = collection["features"][2]
    square = [[610000, 2708000], [611000, 2708000], [611000, 2709000], [610000, 2709000], [610000, 2708000]]
    third["geometry"] = {"type": "Polygon", "coordinates": [square]}


def latitude_first(collection: dict[str, Any]) -> None:
    """Swap the axes of the first extent."""
    first = collection["features"][0]
    first["geometry"] = mapping(affinity.affine_transform(shape(first["geometry"]), [0, 1, 1, 0, 0, 0]))


def in_4548(collection: dict[str, Any]) -> None:
    """State a system in the way of older GeoJSON."""
    collection["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}


def test_the_shipped_package_has_no_faults() -> None:
    assert check_plan(DEFAULT_PATH) == []


# Damages to Xiamen's package: how, where the faults are, and what the first of them says.
DAMAGES: dict[str, tuple[Damage, list[Place], str]] = {
    "missing column": (
        without_column("parks.csv", "short_en"),
        [("parks.csv", 1, "short_en", "missing-label")],
        r"the file has none; add it",
    ),
    "unknown park": (
        text("allocations.csv", "it-02,it,2,science-city,", "it-02,it,2,science-town,"),
        [
            ("parks.csv", 3, "in_chapter5", "contradicting-flag"),
            ("allocations.csv", 3, "park_id", "foreign-key"),
            ("allocations.csv", 3, "park_id", "contradicting-name"),
        ],
        r"it says true, allocations\.csv says otherwise",
    ),
    "unknown park name": (
        text("allocations.csv", "huli-innovation,湖里创新园", "huli-innovation,湖里创意园"),
        [("allocations.csv", 8, "park_as_printed", "unknown-name")],
        r"no park is called '湖里创意园'; correct it or add it to the park's aliases",
    ),
    "extent of an unknown part": (
        properties(5, part_id="phase-9"),
        [("extents.geojson", 5, "park_id, part_id", "foreign-key")],
        r'Row at position "5".*"software-park, phase-9" not found in the lookup table "parts"',
    ),
    "self-crossing polygon": (
        feature(1, geometry={"type": "Polygon", "coordinates": BOW_TIE}),
        [("extents.geojson", 1, "geometry", "invalid-geometry")],
        r"Self-intersection\[118\.15 24\.65\] \(longitude latitude\); mend the ring there",
    ),
    "metres": (
        parsed("extents.geojson", in_metres),
        [("extents.geojson", 3, "geometry", "wrong-crs")],
        r"its bounds 610000, 2708000, 611000, 2709000 leave the package's 117\.4, 24\.1, 118\.9, 25\.15",
    ),
    "swapped axes": (
        parsed("extents.geojson", latitude_first),
        [("extents.geojson", 1, "geometry", "wrong-crs")],
        r"convert metres to degrees, or swap the axes",
    ),
    "another system stated": (
        parsed("extents.geojson", in_4548),
        [("extents.geojson", None, "crs", "wrong-crs")],
        r"the file says urn:ogc:def:crs:EPSG::4548; a package stores WGS 84 longitude and latitude",
    ),
    "duplicate park": (
        text("parks.csv", "torch-park,4,", "science-city,4,"),
        [
            ("parks.csv", 5, None, "primary-key"),
            ("parks.csv", 5, "box6_entry", "contradicting-flag"),
            ("parts.csv", 9, "park_id", "foreign-key"),
            ("parts.csv", 10, "park_id", "foreign-key"),
            ("allocations.csv", 5, "park_id", "foreign-key"),
            ("allocations.csv", 5, "park_id", "contradicting-name"),
            ("areas.csv", 13, "park_id", "foreign-key"),
            ("areas.csv", 14, "park_id", "foreign-key"),
        ],
        r"violates the primary key: the same as in the row at position 3",
    ),
    "duplicate key": (
        line("subsectors.csv", "iot,it,9,物联网,Internet of things,plan,第四章,Chapter 4"),
        [("subsectors.csv", 27, None, "primary-key")],
        r"the same as in the row at position 5",
    ),
    "bad month": (
        text("sources.csv", ",2017-07-25,", ",2017-13-25,"),
        [("sources.csv", 12, "date", "constraint-error")],
        r'The cell "2017-13-25"',
    ),
    "bad date of a feature": (
        properties(5, as_of="Nov 2026"),
        [("extents.geojson", 5, "as_of", "constraint-error")],
        r'The cell "Nov 2026" in row at position "5"',
    ),
    "30 February": (
        text("sources.csv", ",2017-07-25,", ",2017-02-30,"),
        [("sources.csv", 12, "date", "bad-date")],
        r"there is no day '2017-02-30'; correct it",
    ),
    "missing file": (
        without("areas.csv"),
        [("areas.csv", None, None, "missing-file")],
        r"add it or drop the resource",
    ),
    "missing table that others refer to": (
        without("parks.csv"),
        [("parks.csv", None, None, "missing-file")],
        r"add it",
    ),
    "table not in UTF-8": (
        in_gb18030("focuses.csv"),
        [("focuses.csv", None, None, "encoding")],
        r"save the file as UTF-8",
    ),
    "features not in UTF-8": (
        in_gb18030("districts.geojson"),
        [("districts.geojson", None, None, "encoding")],
        r"save the file as UTF-8",
    ),
    "broken JSON": (
        content("extents.geojson", b'{"type": "FeatureCollection", "features": ['),
        [("extents.geojson", None, None, "not-geojson")],
        r"line 1 column 44.*write a FeatureCollection",
    ),
    "wrong grade": (
        properties(5, grade="E"),
        [("extents.geojson", 5, "grade", "constraint-error")],
        r'The cell "E" in row at position "5".*enum',
    ),
    "wrong closeness": (
        text("focus_mappings.csv", "b6-03-2,1,it,ai,,subsector", "b6-03-2,1,it,ai,,near"),
        [("focus_mappings.csv", 21, "closeness", "constraint-error")],
        r'The cell "near".*enum',
    ),
    "allocation twice": (
        line("allocations.csv", "it-11,it,11,science-city,厦门科学城,plan,第五章,Chapter 5"),
        [
            ("allocations.csv", 3, "park_id", "duplicate-allocation"),
            ("allocations.csv", 33, "park_id", "duplicate-allocation"),
        ],
        r"the same sector and park stand in two rows; keep one",
    ),
    "mapping that contradicts itself": (
        text("focus_mappings.csv", "b6-01-1,1,it,,,sector,,", "b6-01-1,1,it,,,outside,,"),
        [
            ("focus_mappings.csv", 2, "sector_id", "contradicting-mapping"),
            ("focus_mappings.csv", 2, "note_zh", "missing-reason"),
        ],
        r"a mapping 'outside' must leave empty 'sector_id'",
    ),
    "field of another sector": (
        text("focus_mappings.csv", "b6-03-2,1,it,ai,,subsector", "b6-03-2,1,it,new-drugs,,subsector"),
        [("focus_mappings.csv", 21, "subsector_id", "contradicting-mapping")],
        r"'new-drugs' belongs to 'biohealth', the row says 'it'",
    ),
    "unknown district": (
        text("parks.csv", ",同安区|翔安区,厦门火炬", ",同安区|翔岸区,厦门火炬"),
        [("parks.csv", 2, "districts_zh", "unknown-district")],
        r"no district is called '翔岸区'; the package has 同安区, ",
    ),
}
# Damages to Yunpu's, which is smaller and so quicker to check.
SMALL_DAMAGES: dict[str, tuple[Damage, list[Place]]] = {
    "unknown column": (
        text("subsectors.csv", "name_en", "name_en,title"),
        [("subsectors.csv", 1, "title", "extra-label"), ("subsectors.csv", 2, "title", "missing-cell")],
    ),
    "no geometry": (feature(4, geometry=None), [("extents.geojson", 4, "geometry", "missing-geometry")]),
    "empty geometry": (
        feature(4, geometry={"type": "Polygon", "coordinates": []}),
        [("extents.geojson", 4, "geometry", "missing-geometry")],
    ),
    "broken geometry": (
        feature(4, geometry={"type": "Polygon", "coordinates": [[[117.1]]]}),
        [("extents.geojson", 4, "geometry", "broken-geometry")],
    ),
    "a point for a polygon": (
        both(
            resource("extents", lambda found: found.update(geometry_types=["Polygon", "MultiPolygon"])),
            feature(4, geometry={"type": "Point", "coordinates": [117.1, 30.05]}),
        ),
        [("extents.geojson", 4, "geometry", "geometry-type")],
    ),
    "a system stated as a word": (
        parsed("extents.geojson", lambda found: found.update(crs="EPSG:4548")),
        [("extents.geojson", None, "crs", "wrong-crs")],
    ),
    "part drawn twice": (
        properties(3, part_id="main", extent_id="lake/main-again"),
        [("extents.geojson", 3, "part_id", "duplicate-extent")],
    ),
    "31 June of a feature": (properties(2, as_of="2025-06-31"), [("extents.geojson", 2, "as_of", "bad-date")]),
    "empty table": (content("allocations.csv", b""), [("allocations.csv", None, None, "not-csv")]),
    "column without a name": (
        text("subsectors.csv", "name_en", "name_en,"),
        [("subsectors.csv", None, None, "not-csv")],
    ),
    "column named twice": (
        text("subsectors.csv", "name_zh,name_en", "name_zh,name_zh"),
        [("subsectors.csv", None, None, "not-csv")],
    ),
    "a folder in place of a file": (
        both(without("sources.csv"), lambda folder: (folder / "sources.csv").mkdir()),
        [("sources.csv", None, None, "missing-file")],
    ),
    "a single feature": (
        content("places.geojson", b'{"type": "Feature", "properties": {}, "geometry": null}'),
        [("places.geojson", None, None, "not-geojson")],
    ),
    "features of nothing": (
        content("places.geojson", b'{"features": []}'),
        [("places.geojson", None, None, "not-geojson")],
    ),
    "no list of features": (
        content("places.geojson", b'{"type": "FeatureCollection", "features": null}'),
        [("places.geojson", None, None, "not-geojson")],
    ),
    "features that are none": (
        content("places.geojson", b'{"type": "FeatureCollection", "features": ["park"]}'),
        [("places.geojson", None, None, "not-geojson")],
    ),
    "accuracy in words": (
        properties(2, position_accuracy_m="about 100"),
        [("extents.geojson", 2, "position_accuracy_m", "type-error")],
    ),
    "unknown property": (properties(2, remark="seen"), [("extents.geojson", None, "remark", "extra-label")]),
    "order in words": (text("parks.csv", "north,1,", "north,one,"), [("parks.csv", 2, "order", "type-error")]),
    "cell too many": (
        text("sectors.csv", "第二章,Chapter 2\r\nlow", "第二章,Chapter 2,and more\r\nlow"),
        [("sectors.csv", 2, None, "extra-cell")],
    ),
    "blank line": (
        line("subsectors.csv", ""),
        [("subsectors.csv", 3, None, "blank-row"), ("subsectors.csv", 3, None, "primary-key")],
    ),
    "table not described": (
        parsed("datapackage.json", lambda package: package["resources"].pop(0)),
        [("datapackage.json", None, "sources", "missing-resource")],
    ),
    "field not described": (
        resource("parts", lambda found: found["schema"]["fields"].pop(2)),
        [("datapackage.json", None, "parts.order", "missing-field"), ("parts.csv", 1, "order", "extra-label")],
    ),
    "resource without a path": (
        resource("places", lambda found: found.pop("path")),
        [("datapackage.json", None, "resources, places", "broken-resource")],
    ),
    "resource without a schema": (
        resource("places", lambda found: found.pop("schema")),
        [("datapackage.json", None, "resources, places", "broken-resource")],
    ),
    "resource without a name": (
        resource("places", lambda found: found.pop("name")),
        [("datapackage.json", None, "resources, 11", "broken-resource")],
    ),
    "resource whose name is a list": (
        resource("places", lambda found: found.update(name=["places"])),
        [("datapackage.json", None, "resources, 11", "broken-resource")],
    ),
    "resource that is a word": (
        parsed("datapackage.json", lambda package: package["resources"].append("areas")),
        [("datapackage.json", None, "resources, 12", "broken-resource")],
    ),
    "resource described twice": (
        parsed("datapackage.json", lambda package: package["resources"].append(package["resources"][10])),
        [("datapackage.json", None, "resources, places", "broken-resource")],
    ),
    "field without a type": (
        resource("places", lambda found: found["schema"]["fields"][0].pop("type")),
        [("datapackage.json", None, "resources, places", "broken-resource")],
    ),
    "codes that are a word": (
        field("places", "kind", constraints={"enum": "abc"}),
        [("datapackage.json", None, None, "field-error")],
    ),
    "field of another type": (
        field("extents", "evidence_zh", type="any"),
        [("datapackage.json", None, "extents.evidence_zh", "field-type")],
    ),
    "list parted by commas": (
        field("parts", "aliases", delimiter=","),
        [("datapackage.json", None, "parts.aliases", "field-type")],
    ),
    "grades without an enum": (
        field("extents", "grade", constraints={"required": True}),
        [("datapackage.json", None, "extents.grade", "field-codes")],
    ),
    "a grade that has no words": (
        field("extents", "grade", constraints={"enum": ["A", "B", "C", "D", "E"]}),
        [("datapackage.json", None, "extents.grade", "field-codes")],
    ),
    "no version": (
        parsed("datapackage.json", lambda package: package.pop("version")),
        [("datapackage.json", None, "version", "missing-property")],
    ),
    "no words for the plan": (
        parsed("datapackage.json", lambda package: package.pop("plan")),
        [("datapackage.json", None, "plan", "missing-property")],
    ),
    "no words for the box": (
        parsed("datapackage.json", lambda package: package["plan"].pop("box_zh")),
        [("datapackage.json", None, "plan.box_zh", "missing-property")],
    ),
    "a security class that does not exist": (
        parsed("datapackage.json", lambda package: package.update(security_class="secret")),
        [("datapackage.json", None, "security_class", "broken-property")],
    ),
    "a table's security class that does not exist": (
        parsed("datapackage.json", lambda package: package["resources"][0].update(security_class="")),
        [("datapackage.json", None, "sources.security_class", "broken-property")],
    ),
    "bounds without a north": (
        parsed("datapackage.json", lambda package: package["bounds"].pop()),
        [("datapackage.json", None, "bounds", "broken-property")],
    ),
}


@pytest.mark.parametrize(("damage", "expected", "words"), DAMAGES.values(), ids=DAMAGES)
def test_a_damage_is_found_where_it_is_and_nowhere_else(
    package: Path, damage: Damage, expected: list[Place], words: str
) -> None:
    damage(package)
    faults = check_plan(package)
    assert places(faults) == expected
    assert re.search(words, faults[0].reason)


@pytest.mark.parametrize(("damage", "expected"), SMALL_DAMAGES.values(), ids=SMALL_DAMAGES)
def test_a_damage_to_a_small_package_is_found_where_it_is_and_nowhere_else(
    yunpu: Path, damage: Damage, expected: list[Place]
) -> None:
    damage(yunpu)
    assert places(check_plan(yunpu)) == expected


SIX = (
    "missing column",
    "field of another sector",
    "30 February",
    "self-crossing polygon",
    "missing file",
    "allocation twice",
)
SIX_PLACES: list[Place] = [
    ("sources.csv", 12, "date", "bad-date"),
    ("parks.csv", 1, "short_en", "missing-label"),
    ("allocations.csv", 3, "park_id", "duplicate-allocation"),
    ("allocations.csv", 33, "park_id", "duplicate-allocation"),
    ("focus_mappings.csv", 21, "subsector_id", "contradicting-mapping"),
    ("areas.csv", None, None, "missing-file"),
    ("extents.geojson", 1, "geometry", "invalid-geometry"),
]


@pytest.fixture
def six_damages(package: Path) -> Path:
    for name in SIX:
        DAMAGES[name][0](package)
    return package


def test_six_damages_at_once_are_found_in_one_run_in_the_order_of_the_files(six_damages: Path) -> None:
    assert places(check_plan(six_damages)) == SIX_PLACES


def test_the_command_prints_six_damages_at_once_and_exits_1(
    six_damages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "check", str(six_damages)]) == 1
    assert capsys.readouterr().out.splitlines() == [*map(str, check_plan(six_damages)), "7 fault(s)"]


def test_reading_a_damaged_package_raises_one_error_that_carries_all_faults(six_damages: Path) -> None:
    with pytest.raises(PlanError, match=r"has 7 fault\(s\); mend them and read it again") as caught:
        read_plan(six_damages)
    assert caught.value.path == six_damages
    assert places(caught.value.faults) == SIX_PLACES
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"{", "not-json"),
        ("厦门".encode("gb18030"), "not-json"),
        (b"[]", "missing-resources"),
        (b'{"resources": {}}', "missing-resources"),
    ],
)
def test_a_descriptor_that_cannot_be_read_is_the_only_fault(yunpu: Path, data: bytes, kind: str) -> None:
    content("datapackage.json", data)(yunpu)
    assert [(fault.file, fault.kind) for fault in check_plan(yunpu)] == [("datapackage.json", kind)]
    with pytest.raises(PlanError, match=kind):
        read_descriptor(yunpu)


def test_a_folder_without_a_descriptor_leads_to_the_document(tmp_path: Path) -> None:
    [fault] = check_plan(tmp_path)
    assert fault[:4] == ("datapackage.json", None, None, "missing-file")
    assert "docs/plan-package.md" in fault.reason
    with pytest.raises(PlanError, match=r"datapackage\.json: \[missing-file\]"):
        read_plan(tmp_path)


def cells(plan: Plan) -> dict[str, list[Any]]:
    """Give what was read of two tables."""
    return {name: plan.table(name).astype(object).fillna("").to_numpy().tolist() for name in ("parks", "extents")}


def test_a_byte_order_mark_does_no_harm(yunpu: Path, yunpu_plan: Plan) -> None:
    for file in ("datapackage.json", "parks.csv", "extents.geojson"):
        content(file, b"\xef\xbb\xbf" + (yunpu / file).read_bytes())(yunpu)
    assert cells(read_plan(yunpu)) == cells(yunpu_plan)


def test_line_ends_of_windows_and_of_unix_are_alike(yunpu: Path, yunpu_plan: Plan) -> None:
    windows = (yunpu / "parks.csv").read_bytes()
    assert windows.count(b"\r\n") == 4
    content("parks.csv", windows.replace(b"\r\n", b"\n"))(yunpu)
    assert cells(read_plan(yunpu)) == cells(yunpu_plan)


def test_the_order_of_columns_is_free(yunpu: Path, yunpu_plan: Plan) -> None:
    with (yunpu / "parks.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    with (yunpu / "parks.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(row[::-1] for row in rows)
    parks = read_plan(yunpu).parks
    assert parks.columns.tolist() == rows[0][::-1]
    assert parks[rows[0]].astype(object).fillna("").to_numpy().tolist() == cells(yunpu_plan)["parks"]


@pytest.mark.parametrize("word", sorted(TRUE_WORDS))
def test_true_may_be_written_as_spreadsheets_write_it(yunpu: Path, word: str) -> None:
    text("parks.csv", ",true,1,plan,", f",{word},1,plan,")(yunpu)
    assert read_plan(yunpu).parks["in_chapter5"].tolist() == [True] * 3


def test_numbers_may_have_spaces_round_them(yunpu: Path) -> None:
    text("parks.csv", "north,1,", "north, +1 ,")(yunpu)
    assert read_plan(yunpu).parks["order"].tolist() == [1, 2, 3]


def test_a_cell_may_hold_a_line_break(package: Path) -> None:
    text("parks.csv", "由四处组成，相距3—18公里", '"由四处组成，\n相距3—18公里')(package)
    text("parks.csv", "勿与二期混淆。,Four separate", '勿与二期混淆。",Four separate')(package)
    notes = read_plan(package).parks["note_zh"]
    assert notes.iloc[2].startswith("由四处组成，\n相距")
    assert len(notes) == 28


def test_faults_behind_a_blank_line_keep_their_rows(package: Path) -> None:
    text("focus_mappings.csv", "b6-03-2,1,it,ai,,subsector", "\nb6-03-2,1,it,new-drugs,,subsector")(package)
    assert ("focus_mappings.csv", 22, "subsector_id", "contradicting-mapping") in places(check_plan(package))


def test_without_bounds_coordinates_must_still_be_degrees(package: Path) -> None:
    parsed("datapackage.json", lambda descriptor: descriptor.pop("bounds"))(package)
    parsed("extents.geojson", in_metres)(package)
    parsed("extents.geojson", latitude_first)(package)
    assert places(check_plan(package)) == [
        ("extents.geojson", 1, "geometry", "wrong-crs"),
        ("extents.geojson", 3, "geometry", "wrong-crs"),
    ]


@pytest.mark.parametrize("name", ["OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", None])
def test_a_crs_member_that_says_wgs_84_longitude_first_or_nothing_is_no_fault(yunpu: Path, name: str | None) -> None:
    member = None if name is None else {"type": "name", "properties": {"name": name}}
    parsed("extents.geojson", lambda collection: collection.update(crs=member))(yunpu)
    assert check_plan(yunpu) == []


def test_the_codes_of_the_package_are_those_that_the_code_has_words_for() -> None:
    assert CODES["extents.grade"] == tuple(GRADES)
    assert set(CODES["focus_mappings.closeness"]) == set(MAPPING_WORDS)


def test_every_table_of_a_plan_is_required_or_optional_and_none_is_both() -> None:
    assert sorted([*REQUIRED_FIELDS, *OPTIONAL_FIELDS]) == sorted(TABLES)


def test_types_and_codes_are_stated_only_for_fields_that_are_read() -> None:
    fields = {**REQUIRED_FIELDS, **OPTIONAL_FIELDS}
    assert set(FIELD_TYPES) <= {name for names in fields.values() for name in names}
    assert all(field in fields[table] for table, field in (code.split(".") for code in CODES))


def test_the_shipped_descriptor_has_the_words_that_citations_need() -> None:
    assert set(PLAN_WORDS) <= set(read_descriptor(DEFAULT_PATH)["plan"])
