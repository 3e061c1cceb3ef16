"""Systems as a file states them and as a person names them, brought to EPSG codes."""

from __future__ import annotations

import numpy as np
import pyproj
from pyproj.exceptions import CRSError as ProjCRSError

from geo.crs import WGS84
from geo.errors import CRSError
from geo.intake.limits import IntakeError
from geo.local import SETTING, is_local_configured, local_transformer
from geo.systems import XIAMEN92, is_local


def stated_crs(text: str | None) -> tuple[str | None, str]:
    r"""
    Code of the system that a file states.

    Parameters
    ----------
    text
        A code or well-known text; None where nothing is stated.

    Returns
    -------
    code, name
        An EPSG code, or None with the name of the system where it has none: such a system may be a local one, whose
        parameters are not ours to use.

    Examples
    --------
    >>> stated_crs("EPSG:4527"), stated_crs('LOCAL_CS["XM92"]')
    (('EPSG:4527', 'EPSG:4527'), (None, 'XM92'))
    """
    if not text:
        return None, ""
    try:
        crs = pyproj.CRS.from_user_input(text)
        while crs.is_bound and crs.source_crs is not None:
            crs = crs.source_crs
        if crs.is_compound:
            crs = crs.sub_crs_list[0]
        authority = crs.to_authority(auth_name="EPSG", min_confidence=70)
    except ProjCRSError:
        return None, text[:80]
    if authority is None:
        is_degrees = crs.is_geographic and crs.to_epsg(20) in {4326, 4490}
        return (WGS84 if is_degrees else None), crs.name[:80]
    code = ":".join(authority)
    return (code, code) if _is_same(crs, code) else (None, crs.name[:80])


def _is_same(crs: pyproj.CRS, code: str) -> bool:
    """Whether a system is the coded one to a millimetre: what a system is called proves nothing."""
    coded = pyproj.CRS(code)
    area = coded.area_of_use
    if area is None or crs.geodetic_crs is None or coded.geodetic_crs is None:
        return False
    lon, lat = (area.west + area.east) / 2, (area.south + area.north) / 2
    here, there = (
        pyproj.Transformer.from_crs(one.geodetic_crs, one, always_xy=True).transform(lon, lat) for one in (crs, coded)
    )
    return bool(np.allclose(here, there, rtol=0, atol=0.001))


def _require_local() -> None:
    if not is_local_configured():
        raise IntakeError(
            "answer",
            "Xiamen 92 is not read: its conversion parameters are secret by regulation; have the file converted to "
            f"CGCS2000 first, or have the operator name a file with a PROJ pipeline in {SETTING}",
            "厦门92坐标系的转换参数依法保密，本系统不保存、不推算，因此不能读入；"
            f"请先由依法持有参数的单位转换到 CGCS2000，或由部署方以环境变量 {SETTING} 指明仓库之外的 PROJ 管线文件",
        )
    try:
        local_transformer()
    except CRSError as error:
        raise IntakeError("answer", str(error), f"部署方所配的厦门92管线无法使用，请检查设置 {SETTING}") from None


def answered_crs(text: str) -> str:
    """
    Code of the system that a person named.

    Parameters
    ----------
    text
        `EPSG:4527`, `4527` or the like.

    Returns
    -------
    code
        With its authority; `Xiamen92` where an operator has configured it.

    Raises
    ------
    IntakeError
        If it is no EPSG code of a system of plane coordinates or degrees, or the local system and not configured.

    Examples
    --------
    >>> answered_crs("4527")
    'EPSG:4527'
    >>> answered_crs("厦门92")
    Traceback (most recent call last):
    geo.intake.limits.IntakeError: Xiamen 92 is not read: its conversion parameters are secret by regulation; ...
    """
    if is_local(text):
        _require_local()
        return XIAMEN92
    digits = text.strip().upper().removeprefix("EPSG:")
    try:
        crs = pyproj.CRS.from_epsg(int(digits)) if digits.isascii() and digits.isdecimal() else None
    except ProjCRSError:
        crs = None
    if crs is None or not (crs.is_projected or crs.is_geographic):
        raise IntakeError(
            "answer",
            f"{text!r} is no EPSG code; write one such as EPSG:4527 (a city's local system has none, and its parameters"
            " are not public: have the file converted to CGCS2000 first)",
            f"{text!r} 不是 EPSG 代码，请填 EPSG:4527 之类。地方坐标系没有代码，转换参数不公开，请先转换到 CGCS2000",
        )
    return f"EPSG:{digits}"
