"""What docs/formats.md says of formats is what trying them finds."""

import re
from pathlib import Path

from geo.systems import SERVED
from layers.formats.kept import QUESTIONS, kept, kept_table
from layers.formats.listed import FORMATS

TEXT = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


def test_the_table_is_what_trying_finds() -> None:
    assert kept_table() in TEXT


def test_every_format_was_asked_everything() -> None:
    assert list(kept()) == list(FORMATS)
    assert all(list(answers) for answers in kept().values())
    assert all(set(answers) == set(QUESTIONS) for answers in kept().values())


def test_what_is_known_to_hold_holds() -> None:
    found = kept()
    for name in ("geojson", "gpkg", "shp", "kml", "parquet", "fgb", "landtxt", "tab"):
        assert (name, found[name]["holes"], found[name]["parts"]) == (name, "●", "●")
    assert found["gpkg"]["style"] == "●"
    assert all(answers["source"] == "●" for answers in found.values())
    assert found["shp"]["empty"] == "–"


def test_the_options_of_the_document_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `(encoding|by|geometry)` \| (.*?) \| (.*?) \|$", TEXT, flags=re.MULTILINE)
    told = {
        (kind, option): tuple(re.findall(r"`([^`]+)`", values))
        for option, kinds, values in rows
        for kind in re.findall(r"`([^`]+)`", kinds)
    }
    assert told == {
        (kind, option): values for kind, known in FORMATS.items() for option, values in known.options.items()
    }


def test_the_document_names_every_served_system() -> None:
    assert all(f"`{code}`" in TEXT for code in SERVED)
