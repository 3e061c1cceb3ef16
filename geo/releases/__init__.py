"""
Releases: immutable versions of a plan's extents, with who, when, why, source file, grades and report.

`store` drafts, publishes and goes back, `archive` reads, `opening` opens or makes a store; `backend`, `schema` and
`rows` are how it is kept, `content` what is kept, `trail` the audit, `verification` the proof that all is as written.
`diff` says what differs between two, `editions` gives the plan with the extents of one.
"""

from geo.releases.backend import store_address
from geo.releases.diff import CHANGES, changes_table, release_changes
from geo.releases.editions import plan_at
from geo.releases.errors import ContentError, ReleaseConflictError, StateError, StoreError
from geo.releases.opening import open_store
from geo.releases.records import STATES, Draft, Release
from geo.releases.store import Store

__all__ = [
    "CHANGES",
    "STATES",
    "ContentError",
    "Draft",
    "Release",
    "ReleaseConflictError",
    "StateError",
    "Store",
    "StoreError",
    "changes_table",
    "open_store",
    "plan_at",
    "release_changes",
    "store_address",
]
