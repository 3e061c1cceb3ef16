"""A copy of a map to render: rendering changes the elements, and `copy.deepcopy` compiles every template anew."""

from __future__ import annotations

from typing import Any, TypeVar

from branca.element import Element

Made = TypeVar("Made", bound=Element)


def copied_map(made: Made) -> Made:
    """
    Copy a map with all its elements, so that rendering the copy leaves the map as it is.

    Parameters
    ----------
    made
        A folium map, or any other element.

    Returns
    -------
    copy
        Of the same names and ids; templates, which nothing changes, are shared.

    Examples
    --------
    >>> import folium
    >>> made = folium.Map(location=[24.5, 118.1], tiles=None)
    >>> copy = copied_map(made)
    >>> _ = folium.Marker([24.5, 118.1]).add_to(copy)
    >>> copy.get_name() == made.get_name(), len(copy._children) - len(made._children)
    (True, 1)
    """
    copy: Made = _copied(made, {})
    return copy


def _copied(value: Any, known: dict[int, Any]) -> Any:  # noqa: ANN401  (what an element holds)
    if id(value) in known:
        return known[id(value)]
    copy: Any
    if isinstance(value, Element):
        copy = known[id(value)] = object.__new__(type(value))
        for name, own in vars(value).items():
            vars(copy)[name] = _copied(own, known)
    elif isinstance(value, dict):
        copy = known[id(value)] = type(value)()
        copy.update((key, _copied(own, known)) for key, own in value.items())
    elif isinstance(value, list):
        copy = known[id(value)] = [_copied(own, known) for own in value]
    else:
        copy = value
    return copy
