"""
Scenarios as text: a small JSON that names the edition it starts from, and the same packed for an address.

`geo/data/scenario.schema.json` says what may stand in it.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import jsonschema

from geo.errors import Fault, GeoError
from geo.scenario.edits import Edit, edit_from_json, edit_json

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT = "yuantu-scenario-1"
#: Characters of a scenario in an address: with host and page below the 2 083 that some browsers and chats cut at.
URL_LIMIT = 1_800
#: Characters of a scenario's JSON that are read at most.
TEXT_LIMIT = 2_000_000
_SCHEMA = Path(__file__).parents[1] / "data" / "scenario.schema.json"


class ScenarioError(GeoError):
    """
    A scenario that cannot be read or applied, with every fault that was found in it.

    Parameters
    ----------
    faults
        All faults; `row` is the number of the edit, from 1, where there is one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"the scenario has {len(self.faults)} fault(s); mend them and read it again:\n{lines}")


@dataclass(frozen=True)
class Scenario:
    """
    Named edits of one edition of a plan.

    Parameters
    ----------
    name
        What people call it; rows that it adds cite it.
    plan_name, plan_version
        Edition of the plan that it starts from, as in its descriptor.
    edits
        In the order in which they apply.

    Examples
    --------
    >>> Scenario("空", "xiamen-2021-2025", "1").edits
    ()
    """

    name: str
    plan_name: str
    plan_version: str
    edits: tuple[Edit, ...] = ()


def scenario_text(scenario: Scenario) -> str:
    """
    Write a scenario as JSON.

    Parameters
    ----------
    scenario
        The scenario.

    Returns
    -------
    text
        Canonical: keys sorted, no blanks, Chinese as it is; the same scenario gives the same text.

    Raises
    ------
    ScenarioError
        If a number is not finite.

    Examples
    --------
    >>> scenario_text(Scenario("空", "p", "1"))
    '{"edits":[],"format":"yuantu-scenario-1","name":"空","plan":{"name":"p","version":"1"}}'
    """
    content = {
        "format": FORMAT,
        "name": scenario.name,
        "plan": {"name": scenario.plan_name, "version": scenario.plan_version},
        "edits": [edit_json(edit) for edit in scenario.edits],
    }
    try:
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        reason = f"{error}; every number must be finite"
        raise ScenarioError([Fault("scenario.json", None, None, "not-finite", reason)]) from error


def read_scenario(text: str | bytes) -> Scenario:
    """
    Read a scenario from JSON, as written here or by hand.

    Parameters
    ----------
    text
        JSON; bytes as UTF-8, with or without byte-order mark.

    Returns
    -------
    scenario
        As `scenario_text` wrote it.

    Raises
    ------
    ScenarioError
        If it is not JSON or breaks the schema; every fault with its place and how to mend it.

    Examples
    --------
    >>> read_scenario(scenario_text(Scenario("空", "p", "1")))
    Scenario(name='空', plan_name='p', plan_version='1', edits=())
    >>> try:
    ...     read_scenario('{"format": "yuantu-scenario-1", "name": "", "edits": [{"edit": "add"}]}')
    ... except ScenarioError as error:
    ...     print([(fault.row, fault.field) for fault in error.faults])
    [(None, 'plan'), (None, 'name'), (1, 'sector_id'), (1, 'park_id')]
    """
    content = _parsed(text)
    faults = [_fault(error) for error in _validator().iter_errors(content)]
    if faults:
        raise ScenarioError(sorted(faults, key=lambda fault: fault.row or 0))
    edits = tuple(edit_from_json(edit) for edit in content["edits"])
    return Scenario(content["name"], content["plan"]["name"], content["plan"]["version"], edits)


def to_url_text(scenario: Scenario) -> str:
    """
    Write a scenario for an address: its JSON packed by zlib, in base64 of the URL alphabet.

    Parameters
    ----------
    scenario
        The scenario.

    Returns
    -------
    text
        Letters, digits, `-` and `_`; at most `URL_LIMIT` of them.

    Raises
    ------
    ScenarioError
        If it is longer: it must travel as a file.

    Examples
    --------
    >>> from_url_text(to_url_text(Scenario("空", "p", "1"))).name
    '空'
    """
    packed = zlib.compress(scenario_text(scenario).encode(), level=9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > URL_LIMIT:
        _refuse("too-long", f"{len(text)} characters, an address takes {URL_LIMIT}; download it as a file instead")
    return text


def from_url_text(text: str) -> Scenario:
    """
    Read a scenario from an address.

    Parameters
    ----------
    text
        What `to_url_text` wrote.

    Returns
    -------
    scenario
        The scenario.

    Raises
    ------
    ScenarioError
        If the text is cut, changed, longer than `URL_LIMIT`, unpacks to more than `TEXT_LIMIT`, or is no scenario.

    Examples
    --------
    >>> try:
    ...     from_url_text("cut")
    ... except ScenarioError as error:
    ...     print(error.faults[0].kind)
    not-packed
    """
    if len(text) > URL_LIMIT:
        _refuse("too-long", f"{len(text)} characters, an address takes {URL_LIMIT}; load the scenario's file instead")
    unpacker = zlib.decompressobj()
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacked = unpacker.decompress(packed, TEXT_LIMIT)
    except (binascii.Error, ValueError, zlib.error) as error:
        _refuse("not-packed", f"{error}; copy the whole address anew or load the scenario's file")
    if not unpacker.eof or unpacker.unused_data:
        _refuse("not-packed", "it is cut or has more behind it; copy the whole address anew")
    return read_scenario(unpacked)


def url_or_none(scenario: Scenario) -> str | None:
    """
    Write a scenario for an address where it is short enough.

    Parameters
    ----------
    scenario
        The scenario.

    Returns
    -------
    text
        As `to_url_text`; None where it is too long and must travel as a file.

    Examples
    --------
    >>> url_or_none(Scenario("空", "p", "1")) is None
    False
    """
    try:
        return to_url_text(scenario)
    except ScenarioError:
        return None


def _refuse(kind: str, reason: str) -> NoReturn:
    raise ScenarioError([Fault("scenario.json", None, None, kind, reason)])


@lru_cache(maxsize=1)
def _validator() -> Any:  # noqa: ANN401 - jsonschema has no types
    return jsonschema.Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))


def _parsed(text: str | bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    if len(text) > TEXT_LIMIT:
        _refuse("too-long", f"{len(text)} characters or bytes, {TEXT_LIMIT} are read; this is no scenario")
    try:
        said = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        content = json.loads(said, parse_constant=_no_number)
        json.dumps(content, ensure_ascii=False).encode()  # halves of characters, written as escapes, cannot be saved
    except (ValueError, RecursionError) as error:
        _refuse("not-json", f"{error}; give a scenario's JSON in UTF-8")
    return content


def _no_number(word: str) -> NoReturn:
    msg = f"{word} is no number"
    raise ValueError(msg)


def _fault(error: Any) -> Fault:  # noqa: ANN401 - jsonschema has no types
    """One fault of the schema, in our words: the number of the edit, the path within, and how to mend it."""
    path = list(error.absolute_path)
    row = path[1] + 1 if path[:1] == ["edits"] and len(path) > 1 else None
    inner = path[2:] if row else path
    if error.validator == "required":
        inner = [*inner, next(name for name in error.validator_value if f"'{name}' is a required" in error.message)]
    field = "/".join(str(step) for step in inner) or None
    return Fault("scenario.json", row, field, f"schema-{error.validator}", f"{_shortened(error)}; {_mend(error)}")


def _shortened(error: Any) -> str:  # noqa: ANN401 - jsonschema has no types
    said = str(error.message)
    return said if len(said) <= 200 else f"{said[:200]} …"  # noqa: PLR2004 - a line or two on a page


def _mend(error: Any) -> str:  # noqa: ANN401 - jsonschema has no types
    given = error.validator_value
    known = ", ".join(error.schema.get("properties", {}))
    mends = {
        "required": "add it",
        "additionalProperties": f"drop it or correct its name; known are {known}",
        "enum": f"write one of {', '.join(map(str, given)) if isinstance(given, list) else given}",
        "const": f"write {given!r}",
        "type": f"write a value of type {given}",
        "minimum": f"write {given} or more",
        "maximum": f"write {given} or less",
        "minItems": f"give at least {given}",
        "maxItems": f"give at most {given}",
        "minLength": "write something",
        "maxLength": f"write at most {given} characters",
        "minProperties": "name at least one park",
        "pattern": "write something" if given == r"\S" else "use small letters, digits and hyphens",
        "not": "write it in one line without control characters",
    }
    return mends.get(error.validator, "correct it as geo/data/scenario.schema.json says")
