"""The one way by which a page hands out a layer: within the deployment's security class, or with the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.security import refuse_above
from layers.catalog import layer
from layers.export import cached_export
from views.cache import shared_plan
from views.settings import security_class
from views.words import either

if TYPE_CHECKING:
    from layers.export import ExportedFile


def handed_file(layer_id: str, **asked: Any) -> ExportedFile:  # noqa: ANN401  (as cached_export takes it)
    """
    Make a file of a layer of the shown plan.

    Parameters
    ----------
    layer_id
        A layer of the catalogue.
    asked
        As of `layers.export.cached_export`.

    Raises
    ------
    SecurityError
        If the layer is above the deployment's class, or states none.
    GeoError
        As `cached_export`.
    """
    chosen = layer(shared_plan(), layer_id)
    refuse_above(chosen.security, security_class(), either(chosen.title_zh, chosen.title_en))
    return cached_export(shared_plan(), layer_id, **asked)
