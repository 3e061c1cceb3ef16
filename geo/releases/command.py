"""The command `python -m geo releases`: what has been kept, and every step of a draft."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.accounts.command import acting
from geo.commandline import Commands, add_plan
from geo.errors import GeoError
from geo.plan import Plan, read_plan
from geo.releases.backend import store_address
from geo.releases.diff import changes_table, release_changes
from geo.releases.finding import find_store
from geo.releases.opening import open_store
from geo.releases.records import Draft, Release
from geo.releases.shipped import Shipped

if TYPE_CHECKING:
    import argparse

    import geopandas as gpd

    from geo.releases.archive import Archive
    from geo.releases.store import Store

_LISTED = ["number", "at", "actor", "why", "grades", "source_file", "restores", "digest"]
_DRAFTS_LISTED = ["id", "state", "base", "at", "actor", "why", "grades", "source_file", "digest"]


def add_releases(commands: Commands) -> None:
    """
    Describe the command.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    releases = commands.add_parser("releases", help="versions of the extents: list, compare, publish, go back")
    actions = releases.add_subparsers(required=True, metavar="ACTION")

    listed = _look(actions, "list", "releases, the oldest first", _list)
    listed.add_argument("--drafts", action="store_true", help="drafts instead")
    _add_csv(listed)
    shown = _look(actions, "show", "all that is known of one release", _show)
    shown.add_argument("number", type=int, help="of the release, as `list` gives it")
    differing = _look(actions, "diff", "what differs between two releases", _diff)
    differing.add_argument("before", type=int, help="number of the release to compare with")
    differing.add_argument("after", type=int, help="number of the release that is compared")
    _add_csv(differing)
    differing.add_argument("--geojson", action="store_true", help="with what one has and the other has not")
    export = _look(actions, "export", "extents of a release as GeoJSON, WGS 84", _export)
    export.add_argument("number", type=int, help="of the release")
    export.add_argument("-o", "--output", metavar="PATH", help="write here instead of printing")
    _add_csv(_look(actions, "audit", "who did what and when", _audit))
    _look(actions, "verify", "compute digests and the audit's chain again", _verify)

    _step(actions, "review", "say that a draft may be published", _review, reason="--note")
    _step(actions, "publish", "make a reviewed draft the next release", _publish, reason="--why")
    _step(actions, "withdraw", "take a draft back", _withdraw, reason="--note")
    _step(actions, "rebase", "carry a draft over to the current release", _rebase, reason=None)
    back = _action(actions, "rollback", "publish an older release again", _roll_back)
    back.add_argument("number", type=int, help="of the release whose extents become the next release")
    _add_actor(back, "--why")


Run = Callable[["argparse.Namespace", "Store"], int]
Look = Callable[["argparse.Namespace", "Archive | Shipped"], int]


def _action(actions: Commands, name: str, summary: str, run: Run) -> argparse.ArgumentParser:
    parser = _parser(actions, name, summary)
    parser.set_defaults(run=lambda chosen: run(chosen, _opened(chosen)))
    return parser


def _parser(actions: Commands, name: str, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=summary)
    add_plan(parser)
    return parser


def _step(actions: Commands, name: str, summary: str, run: Run, *, reason: str | None) -> None:
    parser = _action(actions, name, summary, run)
    parser.add_argument("draft", type=int, help="number of the draft, as `list --drafts` gives it")
    _add_actor(parser, reason)


def _add_actor(parser: argparse.ArgumentParser, reason: str | None) -> None:
    parser.add_argument(
        "--as", dest="actor", metavar="NAME", help="account in YUANTU_ACCOUNTS; its password is asked for"
    )
    if reason:
        parser.add_argument(reason, dest="reason", required=True, metavar="TEXT", help="as the audit keeps it")


def _look(actions: Commands, name: str, summary: str, look: Look) -> argparse.ArgumentParser:
    parser = _parser(actions, name, summary)
    parser.set_defaults(run=lambda chosen: look(chosen, _found(chosen)))
    return parser


def _add_csv(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", action="store_true", help="CSV with a header row instead of a JSON list")


def _opened(chosen: argparse.Namespace) -> Store:
    """Open the store that the settings name, made if there is none: for whoever is about to write."""
    store = open_store(store_address(), read_plan(chosen.plan))
    _tell(store.package_notice())
    return store


def _found(chosen: argparse.Namespace) -> Archive | Shipped:
    """Give what may be read: the store that the settings name, or the package where there is none."""
    plan = read_plan(chosen.plan)
    archive = find_store(store_address(), plan) or Shipped(plan)
    _tell(archive.package_notice())
    return archive


def _tell(notice: str | None) -> None:
    if notice:
        sys.stderr.write(f"{notice}\n")


def _list(chosen: argparse.Namespace, store: Archive | Shipped) -> int:
    table = store.drafts()[_DRAFTS_LISTED] if chosen.drafts else store.releases()[_LISTED]
    return _print_table(table, as_csv=chosen.csv)


def _show(chosen: argparse.Namespace, store: Archive | Shipped) -> int:
    return _print(asdict(store.release(chosen.number)))


def _diff(chosen: argparse.Namespace, store: Archive | Shipped) -> int:
    changes = release_changes(store.extents(chosen.before), store.extents(chosen.after))
    if chosen.geojson:
        return _print(json.loads(changes.to_json()))
    return _print_table(changes_table(changes), as_csv=chosen.csv)


def _export(chosen: argparse.Namespace, store: Archive | Shipped) -> int:
    release = store.release(chosen.number)
    text = extents_geojson(release, store.extents(chosen.number), plan=store.plan)
    if chosen.output is None:
        sys.stdout.write(text)
        return 0
    try:
        Path(chosen.output).write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"{chosen.output}: {error.strerror}; choose another place with -o"
        raise GeoError(msg) from error
    return 0


def extents_geojson(release: Release, extents: gpd.GeoDataFrame, *, plan: Plan) -> str:
    """
    Write a release as a GeoJSON file that a plan package may hold.

    Parameters
    ----------
    release
        Which release: the head of the file says number, who, when, why and digest.
    extents
        Its extents.
    plan
        Of which they are.

    Returns
    -------
    text
        One feature an extent, WGS 84, fields as in the package.

    Examples
    --------
    >>> plan = read_plan()
    >>> release = Release(3, 2, 1, None, "林工", "…", "…", "", "", {}, {}, "9f")
    >>> content = json.loads(extents_geojson(release, plan.extents, plan=plan))
    >>> content["release"]["number"], len(content["features"])
    (3, 41)
    """
    said = {name: value for name, value in asdict(release).items() if name != "report"}
    head = {"type": "FeatureCollection", "name": "extents", "plan": plan.descriptor["name"], "release": said}
    features = json.loads(extents.to_json(na="null", drop_id=True))["features"]
    return json.dumps({**head, "features": features}, ensure_ascii=False, indent=1) + "\n"


def _audit(chosen: argparse.Namespace, store: Archive | Shipped) -> int:
    return _print_table(store.audit(), as_csv=chosen.csv)


def _verify(_: argparse.Namespace, store: Archive | Shipped) -> int:
    faults = store.verify()
    _print(faults)
    return 1 if faults else 0


def _review(chosen: argparse.Namespace, store: Store) -> int:
    return _told(store.review(chosen.draft, actor=acting(chosen.actor), note=chosen.reason))


def _publish(chosen: argparse.Namespace, store: Store) -> int:
    return _told(store.publish(chosen.draft, actor=acting(chosen.actor), why=chosen.reason))


def _withdraw(chosen: argparse.Namespace, store: Store) -> int:
    return _told(store.withdraw(chosen.draft, actor=acting(chosen.actor), note=chosen.reason))


def _rebase(chosen: argparse.Namespace, store: Store) -> int:
    return _told(store.rebase(chosen.draft, actor=acting(chosen.actor)))


def _roll_back(chosen: argparse.Namespace, store: Store) -> int:
    return _told(store.roll_back(chosen.number, actor=acting(chosen.actor), why=chosen.reason))


def draft_saver(
    plan: Plan, *, name: str | None, why: str, source_file: str = "", source_sha256: str = ""
) -> Callable[[gpd.GeoDataFrame, Mapping[str, Any]], str]:
    """
    Give what a command that reads files calls to keep a draft.

    Parameters
    ----------
    plan
        Whose extents they are.
    name
        Of the account, as given with `--as`.
    why
        What changes and why.
    source_file, source_sha256
        Name and SHA-256 of the file that was read.

    Returns
    -------
    save
        Takes all extents and the report of intake and repairs; keeps them in the store that the settings name, and says
        in one line which draft they are. Whoever may not draft gets `geo.accounts.RoleError`.
    """

    def save(extents: gpd.GeoDataFrame, report: Mapping[str, Any]) -> str:
        kept = open_store(store_address(), plan).draft(
            extents, actor=acting(name), why=why, source_file=source_file, source_sha256=source_sha256, report=report
        )
        return f"draft {kept.id}, from release {kept.base}: have it reviewed with `python -m geo releases review`"

    return save


def _told(item: Draft | Release) -> int:
    return _print(asdict(item))


def _print_table(table: pd.DataFrame, *, as_csv: bool) -> int:
    if as_csv:
        sys.stdout.write(table.map(_cell).to_csv(index=False, lineterminator="\n"))
        return 0
    filled = table.astype(object).where(table.notna(), None)
    return _print(filled.to_dict("records"))


def _cell(value: object) -> object:
    """Write lists as the other commands do, tables as JSON."""
    if isinstance(value, tuple):
        return "|".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def _print(value: object) -> int:
    sys.stdout.write(f"{json.dumps(value, ensure_ascii=False, indent=1)}\n")
    return 0
