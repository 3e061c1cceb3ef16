"""
What a page can answer, a command can: `plan check`, `allocation`, `fit`, `screen`, `intake`, `releases`, `accounts`.

`geo.commandline` says what the exit codes mean.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from typing import TYPE_CHECKING, Any

from geo.accounts.command import add_accounts
from geo.allocation import join_allocations, join_diagnostics
from geo.assign.command import add_assign
from geo.commandline import add_plan, run_command
from geo.fit import VERDICTS, fit_table
from geo.intake.command import add_intake, run_intake
from geo.lookup import select_fit
from geo.package import check_plan
from geo.plan import DEFAULT_PATH, read_plan
from geo.releases import store_address
from geo.releases.command import add_releases, draft_saver
from geo.releases.finding import plan_now
from geo.screening.command import add_screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

ALLOCATION_FIELDS = ("sector_id", "sector_zh", "park_id", "park_zh", "cite")
FIT_FIELDS = ("sector_id", "sector_zh", "park_id", "park_zh", "verdict", "verdict_zh", "closeness", "terms", "cite")


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Parameters
    ----------
    arguments
        Words of the command; those of the process when None.

    Returns
    -------
    code
        Exit code, see `geo.commandline`.

    Examples
    --------
    >>> main(["plan", "check"])
    xiamen-2021-2025: no faults
    0
    """
    return run_command(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m geo", description="Questions about a city's industrial plan.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    plan = commands.add_parser("plan", help="the plan package")
    check = plan.add_subparsers(required=True, metavar="ACTION").add_parser(
        "check", help="list every fault of a package"
    )
    check.add_argument("path", nargs="?", default=str(DEFAULT_PATH), help="its folder (default: the one shipped)")
    check.add_argument("--json", action="store_true", help="faults as a JSON list")
    check.set_defaults(run=_check)

    allocation = commands.add_parser("allocation", help="sector-allocation rows of the layout chapter")
    _add_output(allocation)
    allocation.set_defaults(run=_allocation)

    fit = commands.add_parser("fit", help="does a sector fit a park, and which line says so")
    fit.add_argument("--district", action="append", default=[], help="name of a district; may be repeated")
    fit.add_argument("--sector", action="append", default=[], help="id or name of a sector; may be repeated")
    fit.add_argument("--park", action="append", default=[], help="id, name or alias of a park; may be repeated")
    _add_output(fit)
    fit.set_defaults(run=_fit)

    add_screen(commands)
    add_assign(commands)
    add_intake(commands)
    commands.choices["intake"].set_defaults(run=_intake)
    add_releases(commands)
    add_accounts(commands)
    return parser


def _add_output(parser: argparse.ArgumentParser) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON list (the default)")
    form.add_argument("--csv", action="store_true", help="CSV with a header row")
    add_plan(parser)


def _check(chosen: argparse.Namespace) -> int:
    faults = check_plan(chosen.path)
    if chosen.json:
        _print_json([fault._asdict() for fault in faults])
    elif faults:
        print(*faults, f"{len(faults)} fault(s)", sep="\n")
    else:
        print(f"{read_plan(chosen.path).descriptor['name']}: no faults")
    return 1 if faults else 0


def _allocation(chosen: argparse.Namespace) -> int:
    plan = read_plan(chosen.plan)
    joined = join_allocations(plan.allocations, plan.parks, plan.extents)
    rows = joined.merge(plan.sectors[["sector_id", "name_zh"]].rename(columns={"name_zh": "sector_zh"}), on="sector_id")
    _print_rows(rows.rename(columns={"cite_zh": "cite"}), ALLOCATION_FIELDS, as_csv=chosen.csv)
    found = join_diagnostics(plan.allocations, plan.parks, plan.extents)
    for row in found.itertuples(index=False):
        print(f"{row.kind}: {row.subject} ({row.detail})", file=sys.stderr)
    return 0


def _fit(chosen: argparse.Namespace) -> int:
    plan = read_plan(chosen.plan)
    rows = select_fit(
        plan, fit_table(plan), sectors=chosen.sector, parks=chosen.park, districts=chosen.district
    ).rename(columns={"cite_zh": "cite"})
    words = {verdict: zh for verdict, (zh, _) in VERDICTS.items()}
    _print_rows(rows.assign(verdict_zh=rows["verdict"].map(words)), FIT_FIELDS, as_csv=chosen.csv)
    return 0


def _intake(chosen: argparse.Namespace) -> int:
    """Compare with the extents of the current release, and draft from them."""
    package = read_plan(chosen.plan)
    plan = plan_now(store_address(), package)

    def save(extents: gpd.GeoDataFrame, about: dict[str, Any]) -> str:
        named = {key: str(about[key]) for key in ("source_file", "source_sha256")}
        return draft_saver(package, name=chosen.actor, why=chosen.why, **named)(extents, about["report"])

    return run_intake(chosen, save_draft=save, plan=plan)


def _print_rows(rows: pd.DataFrame, columns: Sequence[str], *, as_csv: bool) -> None:
    records = rows[list(columns)].to_dict("records")
    if not as_csv:
        _print_json(records)
        return
    writer = csv.DictWriter(sys.stdout, fieldnames=list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {str(key): "|".join(v) if isinstance(v, tuple) else v for key, v in row.items()} for row in records
    )


def _print_json(value: list[Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    raise SystemExit(main())
