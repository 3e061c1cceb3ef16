"""Attempts to sign in: after a few failures each further one of the same name has to wait, longer every time."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Failures without a wait, and the longest wait after many.
FREE = 3
LONGEST_S = 60.0
_NAMES = 1000


class Attempts:
    """
    Failures by name, shared by the sessions of one process; nobody sleeps, so that no session holds up another.

    Parameters
    ----------
    clock
        Gives seconds that only grow.

    Examples
    --------
    >>> attempts = Attempts(clock=lambda: 100.0)
    >>> [attempts.failed("林工") for _ in range(5)], attempts.wait_s("林工"), attempts.wait_s("陈工")
    ([0.0, 0.0, 0.0, 2.0, 4.0], 4.0, 0.0)
    >>> attempts.succeeded("林工")
    >>> attempts.wait_s("林工")
    0.0
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """
        How long this name has to wait, seconds.

        Parameters
        ----------
        name
            As typed.

        Returns
        -------
        seconds
            0 when it may try now.
        """
        with self._lock:
            _, until = self._failures.get(name, (0, 0.0))
        return max(0.0, until - self._clock())

    def failed(self, name: str) -> float:
        """
        Note a failure.

        Parameters
        ----------
        name
            As typed; the names that have not failed for longest are forgotten when there are a thousand.

        Returns
        -------
        seconds
            How long the name has to wait now: twice as long for each failure, `LONGEST_S` at most.
        """
        with self._lock:
            count = self._failures.pop(name, (0, 0.0))[0] + 1
            pause = 0.0 if count <= FREE else min(LONGEST_S, 2.0 ** min(count - FREE, 10))
            self._failures[name] = (count, self._clock() + pause)
            while len(self._failures) > _NAMES:
                self._failures.popitem(last=False)
        return pause

    def succeeded(self, name: str) -> None:
        """
        Forget the failures of a name.

        Parameters
        ----------
        name
            Who has signed in.
        """
        with self._lock:
            self._failures.pop(name, None)
