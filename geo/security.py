"""
Security classes: what may leave which deployment.

Continuous coverage of a large area at a large scale may be classified, and a surveyed boundary may be internal. So each
layer states a class, a deployment states the highest one that it may hand out, and what is above it is refused. A class
that nobody stated is unknown, and unknown is no pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import BilingualError

if TYPE_CHECKING:
    from collections.abc import Iterable

#: From the least to the most, with their names in Chinese and English.
CLASSES = {
    "public": ("公开", "public"),
    "internal": ("内部", "internal"),
    "classified": ("涉密", "classified"),
}
_UNKNOWN = ("未说明", "not stated")
#: What a deployment hands out when it states nothing: its maps say internal use, too.
DEFAULT = "internal"


class SecurityError(BilingualError):
    """A layer that may not leave this deployment, or a class that does not exist."""


def class_words(own: str) -> tuple[str, str]:
    """
    Name of a class for people.

    Parameters
    ----------
    own
        One of `CLASSES`; empty where none is stated.

    Returns
    -------
    words
        Chinese and English.

    Examples
    --------
    >>> class_words("public"), class_words("")
    (('公开', 'public'), ('未说明', 'not stated'))
    """
    return CLASSES.get(own, _UNKNOWN)


def stated_class(text: str, where: str) -> str:
    """
    Read a class as somebody wrote it.

    Parameters
    ----------
    text
        One of `CLASSES`, or nothing.
    where
        Where it stands, for the error.

    Returns
    -------
    own
        Empty where nothing is stated.

    Raises
    ------
    SecurityError
        If there is no such class.

    Examples
    --------
    >>> stated_class(" internal ", "the setting `security_class`")
    'internal'
    >>> stated_class("secret", "the setting `security_class`")
    Traceback (most recent call last):
    geo.security.SecurityError: 'secret' in the setting `security_class` is no security class: write one of public, ...
    """
    own = text.strip()
    if own and own not in CLASSES:
        raise SecurityError(
            f"{own!r} in {where} is no security class: write one of {', '.join(CLASSES)}",
            f"{where} 中的 {own!r} 不是密级：请改为 {'、'.join(CLASSES)} 之一",
        )
    return own


def classes_up_to(allowed: str) -> list[str]:
    """
    Classes that a deployment may hand out.

    Parameters
    ----------
    allowed
        The highest of them.

    Returns
    -------
    classes
        From the least.

    Examples
    --------
    >>> classes_up_to("internal")
    ['public', 'internal']
    """
    order = list(CLASSES)
    return order[: order.index(allowed) + 1]


def highest(classes: Iterable[str]) -> str:
    """
    Class of what is made of several parts.

    Parameters
    ----------
    classes
        Of the parts, at least one; empty where none is stated.

    Returns
    -------
    own
        The highest; empty as soon as one part's is.

    Examples
    --------
    >>> highest(["public", "internal"]), highest(["public", ""])
    ('internal', '')
    """
    found = list(classes)
    return max(found, key=list(CLASSES).index) if all(found) else ""


def refuse_above(own: str, allowed: str, what: str) -> None:
    """
    Refuse to hand out what is above the deployment's class, or of no stated class.

    Parameters
    ----------
    own
        Class of the layer; empty where none is stated.
    allowed
        The highest class that the deployment may hand out.
    what
        The layer, for the error.

    Raises
    ------
    SecurityError
        If it may not leave.

    Examples
    --------
    >>> refuse_above("public", "internal", "parks")
    >>> refuse_above("classified", "internal", "parcels")
    Traceback (most recent call last):
    geo.security.SecurityError: parcels is classified, and this deployment hands out internal at most; ...
    """
    if not own:
        raise SecurityError(
            f"the security class of {what} is not stated, so it is not handed out; state one of {', '.join(CLASSES)}",
            f"{what} 的密级未说明，不提供下载；请先写明密级（{'、'.join(zh for zh, _ in CLASSES.values())}）",
        )
    if own not in classes_up_to(allowed):
        raise SecurityError(
            f"{what} is {CLASSES[own][1]}, and this deployment hands out {CLASSES[allowed][1]} at most; "
            "ask whoever keeps the deployment for the data by another way",
            f"{what} 的密级为{CLASSES[own][0]}，高于本部署允许的{CLASSES[allowed][0]}，不提供下载；请向管理员申请",
        )
