"""Errors say where the fault is and how to mend it."""

import pytest

from geo.errors import CRSError, Fault, FormatError, GeoError, PlanError, UnknownNameError

TWICE = Fault("parks.csv", 3, "park_id", "primary-key", "the id stands twice: keep one")
MISSING = Fault("areas.csv", None, None, "missing-file", "add it")


def test_a_fault_reads_as_file_row_field_kind_and_reason() -> None:
    assert str(TWICE) == "parks.csv, row 3, park_id: [primary-key] the id stands twice: keep one"


def test_a_fault_of_a_whole_file_names_no_row_and_no_field() -> None:
    assert str(MISSING) == "areas.csv: [missing-file] add it"


def test_a_plan_error_carries_the_folder_and_every_fault_and_prints_them_all() -> None:
    error = PlanError("some/folder", (TWICE, MISSING))
    assert (error.path, error.faults) == ("some/folder", [TWICE, MISSING])
    assert str(error).splitlines() == [
        "the plan package some/folder has 2 fault(s); mend them and read it again:",
        "  parks.csv, row 3, park_id: [primary-key] the id stands twice: keep one",
        "  areas.csv: [missing-file] add it",
    ]


@pytest.mark.parametrize("error", [PlanError, CRSError, UnknownNameError, FormatError])
def test_every_error_is_a_geo_error(error: type[Exception]) -> None:
    assert issubclass(error, GeoError)
