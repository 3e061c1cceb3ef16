"""Samples, ratios and the lines of the table."""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_THOUSAND = 1000


@dataclass(frozen=True)
class Line:
    """
    One claim with what was measured.

    Parameters
    ----------
    suite
        Which part of the benchmark.
    what
        What was done, with its size.
    unit
        Of the figures: `s`, `MB`, `projects/s` and the like.
    ours, peer
        Samples; `peer` is empty where the claim is a figure of its own.
    peer_name
        The plain way.
    most
        The claim: ours / peer (or ours alone, without a peer) is at most this; None where nothing is claimed.
    note
        What limits it, where it falls short, or how it was measured.
    is_rate
        More is better: the ratio is turned round.
    """

    suite: str
    what: str
    unit: str
    ours: Sequence[float]
    peer: Sequence[float] = ()
    peer_name: str = ""
    most: float | None = None
    note: str = ""
    is_rate: bool = False

    @property
    def value(self) -> float:
        """Ratio of the medians, ours to the peer's, less is better; the median alone without a peer."""
        ours = statistics.median(self.ours)
        if not self.peer:
            return ours
        peer = statistics.median(self.peer)
        return peer / ours if self.is_rate else ours / peer

    @property
    def is_met(self) -> bool | None:
        """Whether the claim holds; None without one."""
        return None if self.most is None else self.value <= self.most


def side_by_side(
    ours: Callable[[], object], peer: Callable[[], object], *, repeat: int = 5
) -> tuple[list[float], list[float]]:
    """
    Time two ways in turn, so that a slow moment of the machine falls on both.

    Parameters
    ----------
    ours, peer
        Each does the whole work; both run once before anything is timed.
    repeat
        Timed runs of each.

    Returns
    -------
    ours, peer
        Seconds.
    """
    ways = (ours, peer)
    for way in ways:
        way()
    samples: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeat):
        for which in (0, 1) if turn % 2 == 0 else (1, 0):
            samples[which].append(seconds(ways[which]))
    return samples


def seconds(work: Callable[[], object]) -> float:
    """
    Time one run.

    Parameters
    ----------
    work
        What to run.

    Returns
    -------
    seconds
        By the monotonic clock, garbage collected before.
    """
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def spread(samples: Sequence[float]) -> str:
    """
    Median with least and most.

    Parameters
    ----------
    samples
        At least one.

    Returns
    -------
    text
        Three significant digits, from a thousand on all before the point.

    Examples
    --------
    >>> spread([1.0, 2.0, 4.0]), spread([1234.5])
    ('2 (1–4)', '1234')
    """
    if len(samples) == 1:
        return _figure(samples[0])
    return f"{_figure(statistics.median(samples))} ({_figure(min(samples))}–{_figure(max(samples))})"


def _figure(value: float) -> str:
    return f"{value:.3g}" if abs(value) < _THOUSAND else f"{value:.0f}"
