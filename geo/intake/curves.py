"""Curves in outside files: which features have them, and the mark that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyogrio

from geo.intake.rings import Built, Mark

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Drivers of formats that hold curves in any layer, and how OGR calls curves.
_CURVING = frozenset({"GPKG", "OpenFileGDB", "FlatGeobuf"})
_CURVES = ("CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE", "MULTISURFACE")


def curved_rows(path: Path, layer: str | None, driver: str, most: int) -> NDArray[np.bool_]:
    """
    Whether each feature is stored with curves, whatever its layer is declared as.

    What pyogrio hands out is drawn with straight lines already, so GDAL is asked for the stored types.

    Parameters
    ----------
    path
        Inside the private folder; `geo.intake.gdal.read_with` has seen that the driver opens it.
    layer
        Name of the layer.
    driver
        The driver.
    most
        Features to look at.

    Returns
    -------
    is_curved
        One value a feature, in the order of the file; none where the driver's format has no curves.

    Examples
    --------
    >>> from pathlib import Path
    >>> curved_rows(Path("parks.shp"), None, "ESRI Shapefile", 10).tolist()
    []
    """
    if driver not in _CURVING or layer is None:
        return np.zeros(0, dtype=bool)
    quoted = layer.replace('"', r"\"")
    _, _, _, [kinds] = pyogrio.raw.read(
        path,
        sql=f'SELECT OGR_GEOMETRY FROM "{quoted}"',  # noqa: S608  (OGR's own SQL can only read)
        sql_dialect="OGRSQL",
        read_geometry=False,
        max_features=most,
    )
    return np.array([str(kind).startswith(_CURVES) for kind in kinds], dtype=bool)


def curve_mark(x: float | None = None, y: float | None = None) -> Mark:
    """
    Say that curves were drawn as short straight lines.

    Parameters
    ----------
    x, y
        Where, in the file's coordinates.

    Returns
    -------
    mark
        Of kind `curve`.

    Examples
    --------
    >>> curve_mark().kind
    'curve'
    """
    return Mark("curve", "含曲线，已按折线逼近", "has curves, drawn here as short straight lines", x, y)


def curved(built: Built) -> Built:
    """
    Mark a geometry as drawn from curves.

    Parameters
    ----------
    built
        The geometry.

    Returns
    -------
    built
        With the mark `curve`.

    Examples
    --------
    >>> curved(Built(None, ())).marks[0].kind
    'curve'
    """
    return Built(built.geometry, (*built.marks, curve_mark()))
