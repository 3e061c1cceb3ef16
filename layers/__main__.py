"""
What a page can hand out, a command can hand out: `python -m layers list`, `export`, `bundle`, `formats`, `tiles`.

`geo.commandline` says what the exit codes mean.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.commandline import add_plan, run_command
from geo.errors import GeoError
from geo.plan import Plan, read_plan
from layers.bundle import bundle, export_all
from layers.catalog import Layer, catalog, layer_fields, layer_table
from layers.export import ExportedFile, export_layer
from layers.formats.kept import kept_table
from layers.formats.listed import FORMATS, formats_of
from layers.report_command import add_report
from layers.tiles.command import add_tiles

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPTIONS = ("encoding", "by", "geometry")


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
    >>> main(["list"])
    parks ... 41 ...
    0
    """
    return run_command(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m layers", description="Layers of a plan, as files.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    listed = commands.add_parser("list", help="layers with their formats, fields, sources and licences")
    listed.add_argument("--json", action="store_true", help="everything, as a JSON list")
    add_plan(listed)
    listed.set_defaults(run=_list)

    export = commands.add_parser("export", help="write a layer into a file")
    export.add_argument("layer", help="id of a layer, see list")
    export.add_argument("--format", required=True, help=", ".join(FORMATS))
    export.add_argument("--crs", default="EPSG:4326", help="EPSG:4326 (the default) or another, GCJ-02, BD-09")
    export.add_argument("--sector", action="append", default=[], help="id or name of a sector; may be repeated")
    export.add_argument("--district", action="append", default=[], help="name of a district; may be repeated")
    export.add_argument("--park", action="append", default=[], help="id, name or alias of a park; may be repeated")
    export.add_argument("--extent", action="append", help="id of a park part; may be repeated")
    export.add_argument("-o", "--output", required=True, metavar="FILE", help="where to write; a folder keeps the name")
    export.add_argument("--force", action="store_true", help="replace the file if it is there")
    add_plan(export)
    for name in _OPTIONS:
        allowed = {kind: values for kind, known in FORMATS.items() if (values := known.options.get(name))}
        told = "; ".join(f"{kind}: {', '.join(values)}" for kind, values in allowed.items())
        export.add_argument(f"--{name}", help=told)
    export.set_defaults(run=_export)

    packed = commands.add_parser("bundle", help="every layer with styles, checksums and citation, in a zip file")
    packed.add_argument("layers", nargs="*", help="ids of layers; all when none is named")
    packed.add_argument("--format", default="gpkg", help=", ".join(FORMATS))
    packed.add_argument("--crs", default="EPSG:4326", help="as for export")
    packed.add_argument("--one-geopackage", action="store_true", help="one GeoPackage of all layers instead")
    packed.add_argument("-o", "--output", required=True, metavar="FILE", help="where to write; a folder keeps the name")
    packed.add_argument("--force", action="store_true", help="replace the file if it is there")
    add_plan(packed)
    packed.set_defaults(run=_bundle)

    told_formats = commands.add_parser("formats", help="what each format keeps and loses, tried out")
    told_formats.set_defaults(run=_formats)

    add_report(commands)
    add_tiles(commands)
    return parser


def _list(chosen: argparse.Namespace) -> int:
    plan = read_plan(chosen.plan)
    if chosen.json:
        print(json.dumps([_described(plan, found) for found in catalog(plan)], ensure_ascii=False, indent=1))
        return 0
    for found in catalog(plan):
        rows = len(layer_table(plan, found.id))
        print(f"{found.id}  {found.title_zh}  {found.geometry or '-'}  {rows}  {' '.join(formats_of(found))}")
    return 0


def _described(plan: Plan, found: Layer) -> dict[str, Any]:
    fields = layer_fields(plan, found.id)
    return {
        "id": found.id,
        "title_zh": found.title_zh,
        "title_en": found.title_en,
        "what_zh": found.what_zh,
        "what_en": found.what_en,
        "geometry": found.geometry,
        "rows": len(layer_table(plan, found.id)),
        "key": list(found.key),
        "filters": [name for name, _ in found.filters],
        "formats": list(formats_of(found)),
        "fields": [
            {"name": field.name, "type": field.kind, "title_zh": field.title_zh, "title_en": field.title_en}
            for field in fields
        ],
        "licence": found.licence,
        "source_ids": list(found.source_ids),
        "as_of": found.as_of,
        "security_class": found.security,
        "release": plan.release,
    }


def _export(chosen: argparse.Namespace) -> int:
    file = export_layer(
        read_plan(chosen.plan),
        chosen.layer,
        format=chosen.format,
        crs=chosen.crs,
        options={name: value for name in _OPTIONS if (value := getattr(chosen, name)) is not None},
        sectors=chosen.sector,
        districts=chosen.district,
        parks=chosen.park,
        extent_ids=chosen.extent,
    )
    return _hand_out(file, chosen)


def _bundle(chosen: argparse.Namespace) -> int:
    plan = read_plan(chosen.plan)
    if chosen.one_geopackage:
        return _hand_out(export_all(plan, crs=chosen.crs), chosen)
    named = chosen.layers or [found.id for found in catalog(plan)]
    return _hand_out(bundle(plan, named, format=chosen.format, crs=chosen.crs), chosen)


def _formats(_: argparse.Namespace) -> int:
    print(kept_table())
    return 0


def _hand_out(file: ExportedFile, chosen: argparse.Namespace) -> int:
    target = Path(chosen.output)
    target = target / file.name if target.is_dir() else target
    try:
        _place(file.content, target, is_forced=chosen.force)
    except OSError as error:
        raise GeoError(str(error)) from error
    for note in file.notes:
        print(note, file=sys.stderr)
    print(f"{target}  {len(file.content)} bytes")
    return 0


def _place(content: bytes, target: Path, *, is_forced: bool) -> None:
    """Write beside the target and move there, so that nobody ever sees half a file."""
    if target.exists() and not is_forced:
        msg = f"{target} is there already; give --force to replace it, or another name"
        raise FileExistsError(msg)
    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(content)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        if is_forced:
            Path(name).replace(target)
        else:
            # A link, unlike a rename, fails if another process was faster.
            os.link(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


if __name__ == "__main__":
    raise SystemExit(main())
