"""
厦门92 (Xiamen 92), the city's local system, which this project cannot convert to by itself.

The parameters between a local system and the national one are secret by regulation, so none are kept, fitted or
guessed here. An operator who holds them lawfully writes a PROJ pipeline into a text file outside the repository and
names the file in `YUANTU_XIAMEN92_PIPELINE`. Its content appears in no file, message or log.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyproj
from pyproj.exceptions import ProjError

from geo.errors import CRSError

SETTING = "YUANTU_XIAMEN92_PIPELINE"
#: Why it is refused, in Chinese and English.
REASON = (
    "厦门92坐标系的转换参数依法保密，本系统不保存、不推算，因此不能写出；"
    f"依法持有参数的部署方可在仓库之外放置PROJ管线文件，并以环境变量{SETTING}指明。"
    " Xiamen 92 is not served: its conversion parameters are secret by regulation; "
    f"an operator who holds them names a file with a PROJ pipeline, outside the repository, in {SETTING}"
)
_ROOT = Path(__file__).parents[1]
#: A point on Xiamen island that a pipeline must be able to carry.
_PROBE = (118.089, 24.479)


def is_local_configured() -> bool:
    """
    Whether an operator has named a pipeline.

    Returns
    -------
    configured
        True if the setting is there, whatever it names.

    Examples
    --------
    >>> is_local_configured()
    False
    """
    return bool(os.environ.get(SETTING, "").strip())


def local_transformer() -> pyproj.Transformer:
    """
    Operator's transformation to Xiamen 92.

    Returns
    -------
    transformer
        From longitude and latitude in degrees to easting and northing in metres, as the operator's pipeline has it.

    Raises
    ------
    CRSError
        If none is configured, the file cannot be read or lies in the repository, or PROJ does not take the pipeline.

    Examples
    --------
    >>> local_transformer()
    Traceback (most recent call last):
    ...
    geo.errors.CRSError: 厦门92坐标系的转换参数依法保密...
    """
    if not is_local_configured():
        raise CRSError(REASON)
    file = Path(os.environ[SETTING].strip()).resolve()
    if file.is_relative_to(_ROOT):
        msg = f"{SETTING} names a file inside the repository; keep secret parameters outside of it"
        raise CRSError(msg)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{SETTING} names a file that cannot be read as text ({type(error).__name__}); mend the setting"
        raise CRSError(msg) from None
    try:
        transformer = pyproj.Transformer.from_pipeline(text.strip())
        probe = transformer.transform(*_PROBE)
    except ProjError:
        # PROJ's own message repeats the pipeline, which must not be told.
        probe = (np.inf, np.inf)
    if not np.isfinite(probe).all():
        msg = f"PROJ cannot use the pipeline that {SETTING} names; it takes longitude and latitude in degrees"
        raise CRSError(msg)
    return transformer
