"""A hundred sessions held at once, rerunning at once, and a day of work in short, beside Streamlit's own empty app."""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import time
import urllib.request
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from bench.measure import Line
from bench.serve import Running, app_process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

_SESSIONS = 100
_STEP = 10
_ALONE = 15
_ROUNDS = 5
_PLAIN_ROUNDS = 2
_NOT_COUNTED = 3
_WARM = 5
#: What the app prepares beside its start is over by then.
_SETTLED_S = 5
#: Sessions of the soak: a day of an office in which one opens every ten minutes on average.
_SOAKED = 144
_FILES = ("parks.geojson", "parks.gpkg", "allocations.csv", "fit.xlsx", "parks.shp.zip", "districts.kml")
_PEER = "bench/peers/plain_app.py"
#: Run as it is, without a module of ours: what a process holds costs time at every rerun.
_EMPTY = "bench/peers/empty_page.py"
#: Apps that are held at the same time and rerun by turns: where the machine drifts, both drift. Then new processes.
_TOGETHER = (("empty", "ours"), ("ours", "empty"))
_BY_TURNS = "both apps by turns, in two processes each"
_SETTINGS = {"ours": ("app.py", {}), "empty": (_EMPTY, {}), "plain": (_PEER, {})}


class Session:
    """
    One visitor, without a browser: Streamlit's own messages over its socket.

    Parameters
    ----------
    socket
        Open.
    """

    def __init__(self, socket: Any) -> None:  # noqa: ANN401  (the library's type depends on its mode)
        self._socket = socket
        self._widgets: dict[str, str] = {}

    async def rerun(self, *, chosen: str | None = None) -> float:
        """Run the script, with the sector pills set where one is named; seconds until it has finished."""
        message = BackMsg()
        message.rerun_script.query_string = f"sector={chosen}" if chosen else ""
        start = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self._socket.recv())
            if answer.delta.new_element.WhichOneof("type") == "exception":
                msg = f"the app failed: {answer.delta.new_element.exception.message}"
                raise RuntimeError(msg)
            if answer.WhichOneof("type") == "script_finished":
                return time.perf_counter() - start


@asynccontextmanager
async def session(app: Running) -> AsyncIterator[Session]:
    """Open a session, and close it at the end of the block."""
    address = app.url.replace("http://", "ws://") + "/_stcore/stream"
    async with connect(address, subprotocols=["streamlit"], max_size=None, proxy=None, ping_interval=None) as socket:
        yield Session(socket)


@dataclass
class _Held:
    """MB of a further session, seconds of a rerun alone and of all at once, and processor seconds of these."""

    memory: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    reruns: int = 0


def lines() -> Iterator[Line]:
    """Memory and time of a hundred sessions of each app, then the soak of ours."""
    found = {name: _Held() for name in _SETTINGS}
    for names in _TOGETHER:
        asyncio.run(_hold({name: found[name] for name in names}, _ROUNDS))
    asyncio.run(_hold({"plain": found["plain"]}, _PLAIN_ROUNDS))
    yield from _of_held(found["ours"], found["empty"], found["plain"])
    yield from asyncio.run(_soak())


def _of_held(ours: _Held, empty: _Held, plain: _Held) -> Iterator[Line]:
    own = statistics.median(empty.memory)
    yield Line(
        "people", f"memory of a further session, {_SESSIONS} held", "MB", [step - own for step in ours.memory],
        most=5,
        note=f"growth in steps of {_STEP} sessions, over the empty app's {own:.2f}; "
        f"the plain app's {statistics.median(plain.memory):.2f}",
    )  # fmt: skip
    yield Line(
        "people", "a rerun, alone", "s", ours.alone, empty.alone, "Streamlit's own empty app", most=2,
        note=f"{_BY_TURNS}; plain app {statistics.median(plain.alone):.3f} s",
    )  # fmt: skip
    yield Line(
        "people", f"all {_SESSIONS} sessions rerunning at once", "s", ours.together, empty.together,
        "Streamlit's own empty app", most=1.5,
        note=f"limited by the scripts' processor time, {statistics.median(ours.processor):.1f} s beside "
        f"{statistics.median(empty.processor):.1f} s, as one interpreter runs one script at a time; {_BY_TURNS}; "
        f"no error in {ours.reruns} reruns; plain app {statistics.median(plain.together):.1f} s",
    )  # fmt: skip
    yield Line(
        "people", f"processor time of all {_SESSIONS} sessions rerunning at once", "s", ours.processor,
        empty.processor, "Streamlit's own empty app",
        note="the same rounds; other work on the machine lengthens this least; plain app "
        f"{statistics.median(plain.processor):.1f} s",
    )  # fmt: skip


async def _hold(found: dict[str, _Held], rounds: int) -> None:
    """Run the apps beside each other, and let one work at a time."""
    async with AsyncExitStack() as stack:
        apps = {name: stack.enter_context(app_process(*_SETTINGS[name])) for name in found}
        for app in apps.values():
            for _ in range(_WARM):
                async with session(app) as visitor:
                    await visitor.rerun()
        await asyncio.sleep(_SETTLED_S)
        await _reruns_alone(apps, found)
        visitors = {}
        for name, app in apps.items():
            levels: list[float] = []
            visitors[name] = await stack.enter_async_context(_many(app, _SESSIONS, levels))
            found[name].memory += [(after - before) / _STEP for before, after in pairwise(levels)]
        for _ in range(rounds):
            for name, app in apps.items():
                used = app.cpu_s()
                found[name].together.append(await _all_at_once(visitors[name]))
                found[name].processor.append(app.cpu_s() - used)
        for one in found.values():
            one.reruns += _ALONE + _SESSIONS * (rounds + 1)


async def _reruns_alone(apps: Mapping[str, Running], found: Mapping[str, _Held]) -> None:
    async with AsyncExitStack() as stack:
        visitors = {name: await stack.enter_async_context(session(app)) for name, app in apps.items()}
        for turn in range(_ALONE):
            for name, visitor in visitors.items():
                taken = await visitor.rerun()
                if turn >= _NOT_COUNTED:
                    found[name].alone.append(taken)


@asynccontextmanager
async def _many(app: Running, count: int, levels: list[float]) -> AsyncIterator[list[Session]]:
    """So many sessions, each with its first run done; levels of memory at every step of their number."""
    async with AsyncExitStack() as opened:
        visitors = []
        for number in range(count):
            visitors.append(await opened.enter_async_context(session(app)))
            await visitors[-1].rerun()
            if (number + 1) % _STEP == 0:
                await asyncio.sleep(1)
                levels.append(app.memory_mb())
        yield visitors


async def _all_at_once(visitors: list[Session]) -> float:
    gc.collect()
    start = time.perf_counter()
    await asyncio.gather(*(visitor.rerun() for visitor in visitors))
    return time.perf_counter() - start


async def _soak() -> Iterator[Line]:
    """A day: visitors open the app, filter, download and leave; memory at half the day and at its end."""
    draw = random.Random(24)  # noqa: S311  (seeded on purpose)
    with app_process() as app:
        levels = []
        for number in range(_SOAKED):
            async with session(app) as visitor:
                await visitor.rerun()
                for _ in range(draw.randint(1, 6)):
                    await visitor.rerun(chosen=draw.choice(["it", "biohealth", "marine", ""]))
            await asyncio.to_thread(_download, f"{app.url}/files/{draw.choice(_FILES)}")
            if number + 1 in {_SOAKED // 2, _SOAKED}:
                levels.append(app.memory_mb())
    half, end = levels
    return iter(
        [
            Line(
                "people", f"memory at the end of a simulated day of {_SOAKED} visits", "MB", [end], [half],
                "at half of the day", most=1.1,
                note=f"a visit each ten minutes: open, filter, download, close; {_SOAKED} of them are 24 simulated "
                f"hours, and half of them, {_SOAKED // 2}, are 12",
            )
        ]
    )  # fmt: skip


def _download(address: str) -> None:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=60) as answer:
        answer.read()
