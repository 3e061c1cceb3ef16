"""What the app prepares when it starts, and keeps doing while it runs."""

import gc
import time
import weakref
from collections.abc import Iterator
from threading import Event, Thread

import pytest

import app


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """Leave the collector as it was: other tests make garbage too."""
    yield
    gc.unfreeze()


def stopped() -> Event:
    ended = Event()
    ended.set()
    return ended


class Session:
    """Something that refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.own = self


def test_what_all_sessions_share_is_out_of_the_collectors_rounds() -> None:
    """Streamlit asks for a round after every rerun, so that what a round looks at is what a rerun costs."""
    before = gc.get_freeze_count()
    app._prepare(stopped())
    assert gc.get_freeze_count() > before + 50_000


def test_what_has_ended_is_freed_though_it_was_frozen() -> None:
    session = Session()
    seen = weakref.ref(session)
    app._freeze_living()
    del session
    gc.collect()
    assert seen() is not None, "a frozen object is not looked at"
    app._freeze_living()
    assert seen() is None


def test_while_the_app_runs_many_new_objects_are_frozen_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_LOOK_S", 0.01)
    monkeypatch.setattr(app, "warm", lambda: None)
    ended = Event()
    thread = Thread(target=app._prepare, args=(ended,))
    thread.start()
    try:
        before = gc.get_freeze_count()
        sessions = [Session() for _ in range(2 * app._MANY)]
        latest = time.monotonic() + 60
        while gc.get_freeze_count() < before + len(sessions) and time.monotonic() < latest:
            ended.wait(0.01)
    finally:
        ended.set()
        thread.join()
    assert gc.get_freeze_count() >= before + len(sessions)
