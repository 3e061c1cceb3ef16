"""
The only door for outside files: read under limits in a process of its own, checked, asked about, matched, drafted.

`read_intake` gives an `Intake`; `repair` mends what a person chose, `propose_matches` says which park part a feature
may be, `draft_extents` makes new extents of what was confirmed.
"""

from geo.intake.draft import draft_extents
from geo.intake.limits import IntakeError, Limits, read_limits
from geo.intake.match import Match, propose_matches
from geo.intake.reading import read_intake
from geo.intake.repair import REPAIRS, repair
from geo.intake.surroundings import Surroundings, surroundings
from geo.intake.values import BLOCKING, FeatureFault, Intake, Question

__all__ = [
    "BLOCKING", "REPAIRS", "FeatureFault", "Intake", "IntakeError", "Limits", "Match", "Question", "Surroundings",
    "draft_extents", "propose_matches", "read_intake", "read_limits", "repair", "surroundings",
]  # fmt: skip
