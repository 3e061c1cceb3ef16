"""One layer of an outside file as it stands there, before anything is placed or checked."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.intake.limits import IntakeError, Limits
from geo.intake.values import Question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.intake.rings import Built, Mark


@dataclass(frozen=True, eq=False)
class RawLayer:
    """
    Features as written, in the file's own coordinates.

    Parameters
    ----------
    layer
        Its name.
    attributes
        One row a feature, text and numbers; distinct names of columns.
    geometry
        One geometry a feature, None where nothing can be drawn.
    marks
        What is wrong in the geometry as written, by number of the row from 0.
    crs
        What the file states: a code or WKT; None where it states nothing.
    encoding
        Of the text.
    questions
        Raised while reading.
    """

    layer: str
    attributes: pd.DataFrame
    geometry: list[shapely.Geometry | None]
    marks: dict[int, tuple[Mark, ...]]
    crs: str | None
    encoding: str
    questions: tuple[Question, ...] = field(default=())


def raw_layer(
    layer: str,
    attributes: Mapping[str, Sequence[Any] | NDArray[Any]],
    built: Sequence[Built],
    limits: Limits,
    *,
    crs: str | None,
    encoding: str,
    questions: Sequence[Question] = (),
) -> RawLayer:
    """
    Put a layer together, within the limits.

    Parameters
    ----------
    layer
        Its name.
    attributes
        Columns by name.
    built
        One geometry a feature, with its marks.
    limits
        `features`, `vertices`, `vertices_per_feature`, `fields` and `text_length` count.
    crs, encoding, questions
        As of `RawLayer`.

    Returns
    -------
    raw
        The layer; cells are text, whole numbers, numbers, truth or None.

    Raises
    ------
    IntakeError
        If it passes a limit or has no features.

    Examples
    --------
    >>> from geo.intake.rings import finite
    >>> square = [finite(shapely.box(0, 0, 1, 1))]
    >>> raw_layer("a", {"n": ["x"]}, square, Limits(), crs=None, encoding="UTF-8").attributes["n"].tolist()
    ['x']
    """
    limits.refuse_above("features", len(built))
    limits.refuse_above("fields", len(attributes))
    if not built:
        raise IntakeError("no-features", f"the layer {layer!r} has no features", f"图层 {layer!r} 中没有要素")
    geometry = [one.geometry for one in built]
    counts = shapely.get_num_coordinates(np.array(geometry, dtype=object))
    limits.refuse_above("vertices_per_feature", int(counts.max()))
    limits.refuse_above("vertices", int(counts.sum()))
    columns = {name: _column(cells, limits) for name, cells in attributes.items()}
    table = pd.DataFrame(columns, index=pd.RangeIndex(len(built)), dtype=None)
    marks = {row: one.marks for row, one in enumerate(built) if one.marks}
    return RawLayer(layer, table, geometry, marks, crs, encoding, tuple(questions))


def _column(cells: Sequence[Any] | NDArray[Any], limits: Limits) -> pd.Series:
    """Cells of one kind: all numbers, or text."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "biuf":
        return _numbers(cells)
    plain = [_plain(cell, limits) for cell in cells]
    present = [cell for cell in plain if cell is not None]
    if present and all(isinstance(cell, bool) for cell in present):
        return pd.Series(plain, dtype="boolean")
    if present and all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in present):
        return pd.Series([np.nan if cell is None else float(cell) for cell in plain], dtype="float64")
    return pd.Series([None if cell is None else str(cell) for cell in plain], dtype=object)


def _numbers(cells: NDArray[Any]) -> pd.Series:
    """A column that comes as numbers of one type, at once: what the cells would become one by one."""
    if cells.dtype.kind == "b":
        return pd.Series(cells, dtype="boolean")
    numbers = cells.astype("float64")
    is_finite = np.isfinite(numbers)
    if not is_finite.any():
        return pd.Series([None] * len(cells), dtype=object)
    return pd.Series(np.where(is_finite, numbers, np.nan))


def _plain(cell: Any, limits: Limits) -> str | float | bool | None:  # noqa: ANN401  (a cell of any format)
    if not isinstance(cell, str):
        if cell is None or cell is pd.NaT:
            return None
        if isinstance(cell, np.generic):
            cell = cell.item()
        if isinstance(cell, bool | int):
            return cell
        if isinstance(cell, float):
            return cell if math.isfinite(cell) else None
    text = cell if isinstance(cell, str) else "" if isinstance(cell, bytes) else str(cell)
    limits.refuse_above("text_length", len(text))
    return text.encode("utf-8", "replace").decode("utf-8") or None


def distinct(names: Sequence[str]) -> list[str]:
    """
    Names of columns, each once and none of those that the intake uses itself.

    Parameters
    ----------
    names
        As in the file.

    Returns
    -------
    names
        In the given order; a later one of the same name gets a number, an empty one is called `column`.

    Examples
    --------
    >>> distinct(["name", "name", "", "geometry"])
    ['name', 'name_2', 'column', 'geometry_2']
    """
    taken = {"feature", "geometry"}
    found = []
    for name in names:
        plain = name.encode("utf-8", "replace").decode("utf-8").strip() or "column"
        chosen, number = plain, 2
        while chosen in taken:
            chosen, number = f"{plain}_{number}", number + 1
        taken.add(chosen)
        found.append(chosen)
    return found


def choose_layer(names: Sequence[str], answers: Mapping[str, str], *, guess: str) -> tuple[str, Question | None]:
    """
    Choose one of several layers.

    Parameters
    ----------
    names
        Of the layers that hold geometry.
    answers
        Of the person; `layer` counts.
    guess
        The one to take without an answer.

    Returns
    -------
    layer, question
        The name, and the question where there are several and nothing was answered.

    Raises
    ------
    IntakeError
        If no layer has the name that was answered.

    Examples
    --------
    >>> choose_layer(["a", "b"], {"layer": "b"}, guess="a")
    ('b', None)
    """
    if "layer" in answers:
        if answers["layer"] not in names:
            raise IntakeError(
                "answer",
                f"no layer is called {answers['layer']!r}; there are {', '.join(names)}",
                f"没有名为 {answers['layer']!r} 的图层；文件中有：{'、'.join(names)}",
            )
        return answers["layer"], None
    if len(names) == 1:
        return names[0], None
    why = f"文件有 {len(names)} 个图层，一次读取一个"
    return guess, Question(
        "layer", guess, why, f"the file has {len(names)} layers; one is read at a time", tuple(names)
    )
