"""A store that is there already: reading pages look for one, and never make one."""

from __future__ import annotations

from pathlib import Path

from geo.plan import Plan
from geo.releases.backend import FILE_NAME, backend_of
from geo.releases.editions import plan_at
from geo.releases.opening import made_store
from geo.releases.origins import reported_sources, with_sources
from geo.releases.store import Store


def find_store(address: str | Path, plan: Plan) -> Store | None:
    """
    Open the store of a plan's releases if somebody has made it; nothing is written.

    Parameters
    ----------
    address
        As of `geo.releases.open_store`.
    plan
        Whose extents it keeps.

    Returns
    -------
    store
        None where no file, or no table in the database, is there yet.

    Raises
    ------
    StoreError
        If the store cannot be read, belongs to another plan, or a newer version of Yuantu has made it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from geo.plan import read_plan
    >>> from geo.releases.opening import open_store
    >>> plan = read_plan()
    >>> with TemporaryDirectory() as folder:
    ...     before = find_store(folder, plan)
    ...     written = open_store(folder, plan)
    ...     print(before, find_store(folder, plan).current().number)
    None 1
    """
    text = str(address)
    if isinstance(address, Path) or "://" not in text or text.startswith("sqlite:"):
        path = Path(text.removeprefix("sqlite:///"))
        file = path if path.suffix.lower() == ".gpkg" else path / FILE_NAME
        return made_store(backend_of(address), plan) if file.is_file() else None
    return made_store(backend_of(address), plan)


def plan_with(store: Store, number: int) -> Plan:
    """
    Give the plan at a release, with the sources that its extents name.

    Parameters
    ----------
    store
        Of the plan.
    number
        Of the release.

    Returns
    -------
    plan
        As `geo.releases.plan_at` gives it; rows for uploaded files come from the reports of the releases so far.

    Raises
    ------
    UnknownNameError
        If there is no such release.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from geo.plan import read_plan
    >>> from geo.releases.opening import open_store
    >>> plan = read_plan()
    >>> with TemporaryDirectory() as folder:
    ...     plan_with(open_store(folder, plan), 1) is plan
    True
    """
    found = plan_at(store.plan, store.release(number), store.extents(number))
    if found is store.plan:
        return found
    releases = store.releases()
    return with_sources(found, reported_sources(releases.loc[releases["number"] <= number, "report"]))


def plan_now(address: str | Path, plan: Plan) -> Plan:
    """
    Give the plan at the current release of its store.

    Parameters
    ----------
    address
        As of `geo.releases.open_store`.
    plan
        As its package has it.

    Returns
    -------
    plan
        The same when there is no store yet.

    Raises
    ------
    StoreError
        If there is a store that cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> with TemporaryDirectory() as folder:
    ...     plan_now(folder, plan) is plan
    True
    """
    found = find_store(address, plan)
    return plan if found is None else plan_with(found, found.current().number)
