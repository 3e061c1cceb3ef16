"""What has been kept, read: releases, drafts, their extents and the audit."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from geo.plan import Plan
from geo.releases.backend import Backend
from geo.releases.content import checked_extents, content_digest, extents_table
from geo.releases.records import DRAFT_FIELDS, RELEASE_FIELDS, Draft, Release
from geo.releases.rows import all_drafts, all_releases, current_release, draft_row, extent_rows, release_row
from geo.releases.schema import audit
from geo.releases.trail import AUDIT_FIELDS
from geo.releases.verification import store_faults


@dataclass(frozen=True)
class Archive:
    """
    The half of a store that reads, which is open to all.

    Every method raises `StoreError` when the database does not answer, and `UnknownNameError` for a number that is not
    there.

    Parameters
    ----------
    backend
        Where it is kept.
    plan
        Whose extents it keeps.
    """

    backend: Backend
    plan: Plan

    def current(self) -> Release:
        """
        Give the last release.

        Returns
        -------
        release
            That with the highest number.
        """
        with self.backend.reading() as connection:
            return current_release(connection)

    def release(self, number: int) -> Release:
        """
        Give one release.

        Parameters
        ----------
        number
            From 1.

        Returns
        -------
        release
            As it was published.
        """
        with self.backend.reading() as connection:
            return release_row(connection, number)

    def drafted(self, draft_id: int) -> Draft:
        """
        Give one draft.

        Parameters
        ----------
        draft_id
            From 1.

        Returns
        -------
        draft
            With its present state.
        """
        with self.backend.reading() as connection:
            return draft_row(connection, draft_id)

    def releases(self) -> pd.DataFrame:
        """
        Tell all releases.

        Returns
        -------
        releases
            One row a release, by number; columns as the fields of `Release`.
        """
        with self.backend.reading() as connection:
            return pd.DataFrame(map(asdict, all_releases(connection)), columns=RELEASE_FIELDS)

    def drafts(self) -> pd.DataFrame:
        """
        Tell all drafts.

        Returns
        -------
        drafts
            One row a draft, by id; columns as the fields of `Draft`.
        """
        with self.backend.reading() as connection:
            return pd.DataFrame(map(asdict, all_drafts(connection)), columns=DRAFT_FIELDS)

    def extents(self, number: int) -> gpd.GeoDataFrame:
        """
        Extents of a release.

        Parameters
        ----------
        number
            Of the release.

        Returns
        -------
        extents
            WGS 84, in the columns and the types of `plan.extents`, as they were drafted.
        """
        with self.backend.reading() as connection:
            release_row(connection, number)
            rows = extent_rows(connection, release=number)
        return extents_table(rows, like=self.plan.extents)

    def draft_extents(self, draft_id: int) -> gpd.GeoDataFrame:
        """
        Extents of a draft.

        Parameters
        ----------
        draft_id
            Of the draft.

        Returns
        -------
        extents
            As of `extents`.
        """
        with self.backend.reading() as connection:
            draft_row(connection, draft_id)
            rows = extent_rows(connection, draft=draft_id)
        return extents_table(rows, like=self.plan.extents)

    def audit(self) -> pd.DataFrame:
        """
        Tell who did what and when.

        Returns
        -------
        audit
            One row an action, the oldest first; each is sealed with the hash of the one before.
        """
        with self.backend.reading() as connection:
            rows = connection.execute(sa.select(audit).order_by(audit.c.id)).mappings().all()
        table = pd.DataFrame([dict(row) for row in rows], columns=list(AUDIT_FIELDS))
        return table.astype({"draft": "Int64", "release": "Int64"})

    def verify(self) -> list[str]:
        """
        Compute digests and the audit's chain again.

        Returns
        -------
        faults
            Whatever is not as it was written, one sentence each; empty when the store is whole.
        """
        with self.backend.reading() as connection:
            return store_faults(connection)

    def package_notice(self) -> str | None:
        """
        Say when the plan package has extents that no release has: they are not taken over by themselves.

        Returns
        -------
        notice
            What to do about it; None when some release has the package's extents.
        """
        digest = content_digest(checked_extents(self.plan.extents, self.plan))
        if (self.releases()["digest"] == digest).any():
            return None
        return (
            f"the plan package {self.plan.release} has other extents than every release of this store: pages show "
            f"release {self.current().number}; draft the package's extents to make them a release "
            "(数据包自带的范围与各版都不同，未自动采用；需要时请起草新版)"
        )
