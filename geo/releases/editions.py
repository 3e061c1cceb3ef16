"""The plan with the extents of one of its releases."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import geopandas as gpd

from geo.plan import Plan
from geo.releases.content import content_digest
from geo.releases.errors import StoreError
from geo.releases.records import Release


def plan_at(plan: Plan, release: Release, extents: gpd.GeoDataFrame) -> Plan:
    """
    Give the plan as it is with one release of its extents.

    Parameters
    ----------
    plan
        As the package has it.
    release
        Which release.
    extents
        Its extents, from `Store.extents`.

    Returns
    -------
    plan
        With these extents, a digest of its own and a `release` that names them; the plan itself when the release is the
        first and still what the package has.

    Raises
    ------
    StoreError
        If the extents are not those of the release.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> plan = read_plan()
    >>> extents = plan.extents.iloc[1:]
    >>> release = Release(3, 2, 1, None, "林工", "…", "…", "", "", {}, {}, content_digest(extents))
    >>> at = plan_at(plan, release, extents)
    >>> len(at.extents), at.release
    (40, 'xiamen-2021-2025 ...+extents.3 (...)')
    """
    if content_digest(extents) != release.digest:
        msg = f"these extents are not those of release {release.number}; take them from the store by that number"
        raise StoreError(msg, f"这些范围不是第{release.number}版的，请按版本号从版本库读取")
    if release.number == 1 and release.digest == content_digest(plan.extents):
        return plan
    name = f"extents.{release.number}"
    digest = hashlib.sha256(f"{plan.digest} {name} {release.digest}".encode()).hexdigest()
    return replace(plan, extents=extents, digest=digest, extents_release=name)
