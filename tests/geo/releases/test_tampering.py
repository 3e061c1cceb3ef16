"""Who goes round the triggers and changes a row is found out."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from geo.accounts import Actor
from geo.plan import Plan
from geo.releases import Store
from geo.releases.trail import AUDIT_FIELDS, seal
from tests.geo.releases.publishing import changed, published


@pytest.fixture
def used(store: Store, yunpu_plan: Plan, publisher: Actor) -> Store:
    """Give a store of two releases whose tables may be changed by force."""
    published(store, changed(yunpu_plan.extents, 1), publisher)
    with store.backend.engine.begin() as connection:
        for table in ("releases", "drafts", "extents", "audit"):
            if store.backend.is_file:
                connection.exec_driver_sql(f"DROP TRIGGER {table}_refuses_update")
                connection.exec_driver_sql(f"DROP TRIGGER {table}_refuses_delete")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER {table}_refuses_change ON {table}")
    return store


def test_a_store_as_it_was_written_has_no_fault(used: Store) -> None:
    assert used.verify() == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            "UPDATE extents SET position_accuracy_m = 1 WHERE release = 2",
            "release 2 has other extents than its digest says",
        ),
        ("UPDATE extents SET grade = 'A' WHERE draft = 1", "draft 1 has other grades than it says"),
        ("DELETE FROM extents WHERE release = 2", "release 2 has no extents"),
        (
            "DELETE FROM extents WHERE release = 1 AND extent_id = 'lake/main'",
            "release 1 has other grades than it says",
        ),
        ("UPDATE releases SET digest = '00' WHERE number = 2", "release 2 has another digest than the audit"),
        ("UPDATE releases SET base = NULL WHERE number = 2", "release 2 follows None, not the one before it"),
        (
            "UPDATE audit SET note = '另一说法' WHERE id = 3",
            "audit row 3 is not as it was written: its hash is another",
        ),
        ("UPDATE audit SET actor = '某人' WHERE id = 3", "audit row 3 is not as it was written: its hash is another"),
        ("UPDATE audit SET hash = '00' WHERE id = 3", "audit row 4 does not follow the row before it"),
        ("DELETE FROM audit WHERE id = 3", "audit row 3 is missing: the next one is 4"),
        ("DELETE FROM audit WHERE id = 4", "release 2 is not in the audit"),
        ("DELETE FROM audit WHERE id = 2", "draft 1 is not in the audit"),
        ("UPDATE extents SET evidence_zh = '[' WHERE release = 2", "the extents of a release cannot be read: "),
    ],
)
def test_a_change_by_force_is_found(used: Store, change: str, fault: str) -> None:
    with used.backend.engine.begin() as connection:
        connection.exec_driver_sql(change)
    assert any(found.startswith(fault) for found in used.verify()), used.verify()


def test_a_release_taken_away_is_missed(used: Store) -> None:
    with used.backend.engine.begin() as connection:
        for change in ("DELETE FROM extents WHERE release = 2", "UPDATE audit SET release = NULL WHERE release = 2"):
            connection.exec_driver_sql(change)
        connection.exec_driver_sql("DELETE FROM releases WHERE number = 2")
    assert any("audit row 4 is not as it was written" in fault for fault in used.verify())


@pytest.fixture
def forced(file_store: Store, yunpu_plan: Plan, publisher: Actor) -> Iterator[sqlite3.Connection]:
    """Give a connection to a store of three releases that heeds neither triggers nor foreign keys."""
    for number in (1, 2):
        published(file_store, changed(yunpu_plan.extents, number), publisher)
    with closing(sqlite3.connect(file_store.backend.name, isolation_level=None)) as connection:
        for table in ("releases", "drafts", "extents", "audit"):
            for change in ("update", "delete"):
                connection.execute(f"DROP TRIGGER {table}_refuses_{change}")
        yield connection


@pytest.mark.parametrize(
    ("table", "key", "number", "faults"),
    [
        ("releases", "number", 3, ["release 3 is gone: the audit has it"]),
        ("releases", "number", 2, ["release 2 is missing: the next one is 3", "release 2 is gone: the audit has it"]),
        ("drafts", "id", 2, ["draft 2 is gone: the audit has it"]),
    ],
)
def test_a_row_taken_away_behind_all_checks_is_missed_by_the_audit(
    file_store: Store, forced: sqlite3.Connection, table: str, key: str, number: int, faults: list[str]
) -> None:
    assert file_store.verify() == []
    forced.execute(f"DELETE FROM {table} WHERE {key} = ?", (number,))  # noqa: S608 - names of this test
    assert file_store.verify() == faults


def test_a_drafts_extents_changed_or_taken_away_are_found(file_store: Store, forced: sqlite3.Connection) -> None:
    forced.execute("UPDATE extents SET position_accuracy_m = 1 WHERE draft = 1")
    forced.execute("DELETE FROM extents WHERE draft = 2")
    assert file_store.verify() == ["draft 1 has other extents than its digest says", "draft 2 has no extents"]


def test_the_audits_hash_can_be_computed_by_hand_from_its_export(used: Store) -> None:
    rows = used.audit().astype(object).where(lambda table: table.notna(), None).to_dict("records")
    assert list(rows[0]) == list(AUDIT_FIELDS)
    assert [seal(row) for row in rows] == [row["hash"] for row in rows]
