"""The composition root prepares what all sessions share."""

import gc

import app
from views.cache import shared_facets


def test_what_all_sessions_share_is_out_of_the_collectors_rounds() -> None:
    gc.unfreeze()
    before = len(gc.get_objects())
    try:
        app._prepare()
        assert gc.get_freeze_count() > before / 2
        assert len(gc.get_objects()) < before / 2
        assert shared_facets() is shared_facets()
    finally:
        gc.unfreeze()
