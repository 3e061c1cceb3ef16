"""国土TXT as a layer of an outside file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.intake.layer import RawLayer, raw_layer
from geo.intake.limits import IntakeError
from geo.intake.rings import finite
from geo.landrecord import LandTextError
from geo.landtxt import read_landtxt

if TYPE_CHECKING:
    from geo.intake.source import Source


def read_landfile(source: Source) -> RawLayer:
    r"""
    Read a 国土TXT.

    Parameters
    ----------
    source
        The file.

    Returns
    -------
    raw
        Its parcels, in the system that it states.

    Raises
    ------
    IntakeError
        If anything in it is broken; the message names the line.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from geo.intake.source import Source
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a"
    ...     _ = path.write_text("[属性描述]\n", encoding="utf-8")
    ...     read_landfile(Source(path, "a.txt", path.parent))
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: ...
    """
    try:
        land = read_landtxt(source.path.read_bytes())
    except LandTextError as error:
        raise IntakeError("land-text", str(error), f"国土TXT 有误，{error.zh}") from error
    parcels = land.parcels
    columns = {name: list(parcels[name]) for name in parcels.columns if name != parcels.geometry.name}
    built = [finite(geometry) for geometry in parcels.geometry]
    return raw_layer(source.stem, columns, built, source.limits, crs=parcels.crs.to_string(), encoding=land.encoding)
