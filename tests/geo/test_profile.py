"""What is known of a park stands ready, table by table."""

import pytest

from geo.plan import Plan
from geo.profile import ANCHOR_KINDS, Profiles, anchors, park_profiles


@pytest.fixture(scope="module")
def profiles(plan: Plan) -> Profiles:
    return park_profiles(plan)


def test_profiles_hold_every_pair_term_field_part_and_way(profiles: Profiles, plan: Plan) -> None:
    assert len(profiles.fit) == 140
    assert len(profiles.terms) == len(plan.focus_mappings)
    assert set(profiles.fields["kind"]) == {"subsector", "track"}
    assert len(profiles.extents) == 41
    assert len(profiles.nearest) == 41 * len(ANCHOR_KINDS)


def test_a_profile_of_one_park_is_a_filter_away(profiles: Profiles) -> None:
    found = {name: len(table[table["park_id"] == "aviation-park"]) for name, table in vars(profiles).items()}
    assert found == {"fit": 5, "terms": 4, "fields": 2, "extents": 2, "nearest": 8}


@pytest.mark.parametrize(
    ("park", "part", "kind", "place"),
    [
        ("aviation-park", "gaoqi", "airport", "高崎机场"),
        ("shapowei", "main", "airport", "高崎机场"),
        ("jimei-north", "main", "rail", "厦门北站"),
    ],
)
def test_the_way_from_a_park_leads_to_the_place_next_to_it(
    profiles: Profiles, park: str, part: str, kind: str, place: str
) -> None:
    rows = profiles.nearest.set_index(["park_id", "part_id", "kind"])
    assert rows.loc[(park, part, kind), "place_zh"] == place


def test_anchors_are_airports_ports_railway_and_metro_stations(plan: Plan) -> None:
    found = anchors(plan)
    assert set(found["kind"]) == set(ANCHOR_KINDS)
    assert (found["kind"] == "metro").sum() == len(plan.metro_stations)
    assert found.crs == plan.places.crs
    assert found["place_id"].is_unique


def test_metro_stations_are_as_well_placed_as_the_package_says(plan: Plan) -> None:
    found = anchors(plan)
    stated = plan.descriptor["metro_accuracy_m"]
    assert set(found.loc[found["kind"] == "metro", "position_accuracy_m"]) == {float(stated)}


def test_a_city_without_a_metro_has_the_other_anchors(yunpu_plan: Plan) -> None:
    assert anchors(yunpu_plan)[["place_id", "kind"]].to_numpy().tolist() == [
        ["airport", "airport"],
        ["station", "rail"],
    ]
