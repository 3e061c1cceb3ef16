"""What there is to read before anybody has made a store: the package's own extents, as release 1."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import geopandas as gpd
import pandas as pd

from geo.errors import UnknownNameError
from geo.plan import Plan
from geo.releases.content import checked_extents
from geo.releases.opening import first_release
from geo.releases.records import DRAFT_FIELDS, RELEASE_FIELDS, Release
from geo.releases.trail import AUDIT_FIELDS


@dataclass(frozen=True)
class Shipped:
    """
    A plan package read as `geo.releases.archive.Archive` is; nothing is written.

    Parameters
    ----------
    plan
        As its package has it.

    Examples
    --------
    >>> from geo.plan import read_plan
    >>> shipped = Shipped(read_plan())
    >>> shipped.releases()["number"].tolist(), len(shipped.extents(1)), len(shipped.audit()), shipped.verify()
    ([1], 41, 0, [])
    """

    plan: Plan

    def release(self, number: int) -> Release:
        """
        Give release 1.

        Parameters
        ----------
        number
            1.

        Returns
        -------
        release
            Made when the package says that it was made; `at` is empty where it does not.

        Raises
        ------
        UnknownNameError
            For any other number.
        """
        if number != 1:
            msg = f"there is no release {number}; there are 1 to 1"
            raise UnknownNameError(msg)
        extents = checked_extents(self.plan.extents, self.plan)
        return first_release(self.plan, extents, at=str(self.plan.descriptor.get("created", "")))

    def releases(self) -> pd.DataFrame:
        """
        Tell all releases.

        Returns
        -------
        releases
            One row, columns as the fields of `Release`.
        """
        return pd.DataFrame([asdict(self.release(1))], columns=RELEASE_FIELDS)

    def drafts(self) -> pd.DataFrame:
        """
        Tell all drafts.

        Returns
        -------
        drafts
            No row, columns as the fields of `Draft`.
        """
        return pd.DataFrame(columns=DRAFT_FIELDS)

    def extents(self, number: int) -> gpd.GeoDataFrame:
        """
        Extents of release 1.

        Parameters
        ----------
        number
            1.

        Returns
        -------
        extents
            WGS 84, as the package has them.

        Raises
        ------
        UnknownNameError
            For any other number.
        """
        self.release(number)
        return checked_extents(self.plan.extents, self.plan)

    def audit(self) -> pd.DataFrame:
        """
        Tell who did what and when.

        Returns
        -------
        audit
            No row: nobody has done anything yet.
        """
        return pd.DataFrame(columns=list(AUDIT_FIELDS))

    def verify(self) -> list[str]:
        """
        Look whether the package's extents can be a release.

        Returns
        -------
        faults
            None: extents with faults raise `ContentError`.
        """
        checked_extents(self.plan.extents, self.plan)
        return []

    def package_notice(self) -> str:
        """
        Say that this is the package.

        Returns
        -------
        notice
            In English and Chinese.
        """
        return (
            "no store of releases has been made yet: this is the plan package's own release 1 "
            "(尚未建立版本库，以下为数据包自带的第1版)"
        )
