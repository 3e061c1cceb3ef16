"""A copy of the map renders as the map does, and leaves it as it was."""

from __future__ import annotations

import copy

import pytest

from geo.plan import read_plan
from layers.atlas import Atlas, AtlasSettings, atlas, atlas_state
from layers.copied import copied_map


@pytest.fixture(scope="module")
def made() -> Atlas:
    return atlas(read_plan(), AtlasSettings())


def test_a_copy_renders_as_a_deep_copy_does(made: Atlas) -> None:
    ours, deep = copied_map(made), copy.deepcopy(made)
    assert ours.get_root().render() == deep.get_root().render()


def test_what_is_done_to_a_copy_leaves_the_map_as_it_was(made: Atlas) -> None:
    before = made.get_root().render()
    one = copied_map(made)
    atlas_state({"shown": ["hoi/main"], "selected": None}).add_to(one)
    one.get_root().header.add_child(copied_map(made), name="more")
    assert one.get_root().render() != before
    assert made.get_root().render() == before
    assert len(one._children) == len(made._children) + 1
    assert one.get_root() is not made.get_root()
    assert next(iter(one._children.values()))._parent is one
