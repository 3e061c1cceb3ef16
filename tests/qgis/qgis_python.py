"""
Finds a Python that has QGIS, or installs Debian's packages of it.

`make qgis` runs it as a command before pytest, so that what is installed is said in one line. The tests themselves
only look for QGIS: they install nothing.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests import debian

NAMED = "YUANTU_TEST_QGIS"
#: Where a system keeps the Python that its QGIS was built for, the most usual place first.
PLACES = ("/usr/bin/python3", "/usr/local/bin/python3", "/Applications/QGIS.app/Contents/MacOS/bin/python3")
PACKAGES = ("python3-qgis", "qgis-providers")
ADVICE = f"""\
These tests need QGIS with its Python, and none was found or could be installed. Any of these:
  Debian, Ubuntu   sudo apt-get install {" ".join(PACKAGES)}   (some 600 MB)
  have one         {NAMED}=/path/to/python make qgis
                   (a Python that can `import qgis.core`)"""
_VERSION = "from qgis.core import Qgis; print(Qgis.QGIS_VERSION)"
_TIMEOUT_S = 60


class QgisError(Exception):
    """No Python that has QGIS; the message says what to do."""


class Interpreter(NamedTuple):
    """A Python that has QGIS, and the version of QGIS."""

    path: Path
    version: str


def version_in(python: Path) -> str | None:
    """Version of QGIS that a Python has; None where it has none, or is none."""
    # The environment of the tests must not lend its own libraries to the other Python.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(
            [python, "-c", _VERSION], capture_output=True, text=True, check=False, timeout=_TIMEOUT_S,
            env={**environment, "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def find_interpreter() -> Interpreter:
    """Give the Python that is named, or the system's; it must have QGIS."""
    named = os.environ.get(NAMED)
    if named:
        version = version_in(Path(named))
        if version is None:
            message = f"{NAMED}={named} cannot import qgis.core. Name another Python, or unset {NAMED}."
            raise QgisError(message)
        return Interpreter(Path(named), version)
    for place in PLACES:
        version = version_in(Path(place))
        if version is not None:
            return Interpreter(Path(place), version)
    raise QgisError(ADVICE)


def find_qgis() -> Path:
    """Path of a Python that has QGIS."""
    return find_interpreter().path


def install_qgis() -> None:
    """Install Debian's packages where that is allowed."""
    if debian.update():
        debian.install(*PACKAGES, size="some 600 MB")


def provide_qgis() -> Interpreter:
    """Find a Python that has QGIS; if there is none, install it and look again."""
    try:
        return find_interpreter()
    except QgisError:
        # Whoever names a Python wants that one.
        if os.environ.get(NAMED):
            raise
        install_qgis()
        return find_interpreter()


def main() -> int:
    """Provide QGIS; the exit code is 1 when there is none."""
    try:
        found = provide_qgis()
    except QgisError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"QGIS for the tests: {found.version}, by {found.path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
