"""Points and parcels assigned to parks, districts or any zones, at any size: `from geo.assign import assign`."""

from geo.assign.answers import Assignment, assign_parcels, assign_points, assignment
from geo.assign.run import Summary, assign
from geo.assign.statistics import zone_statistics
from geo.assign.zones import Zones, prepared_zones, read_zones

__all__ = [
    "Assignment",
    "Summary",
    "Zones",
    "assign",
    "assign_parcels",
    "assign_points",
    "assignment",
    "prepared_zones",
    "read_zones",
    "zone_statistics",
]
