"""Debian's packages, installed for the tests where that is allowed."""

import os
import shutil
import subprocess


def apt_get() -> list[str] | None:
    """
    Begin a command of apt-get that asks nothing: for root as it is, else by sudo where it wants no password.

    None where there is no apt-get, or it may not be used.
    """
    if shutil.which("apt-get") is None:
        return None
    prefix: list[str] = []
    if os.geteuid() != 0:
        prefix = ["sudo", "-n"]
        if (
            shutil.which("sudo") is None
            or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode
        ):
            return None
    return [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]


def update() -> bool:
    """Fetch the list of packages; whether packages can be installed at all."""
    command = apt_get()
    if command is None:
        return False
    # An outdated list names packages that are gone; where the update fails the list at hand may still do.
    subprocess.run([*command, "update"], stdout=subprocess.DEVNULL, check=False)
    return True


def install(*packages: str, size: str = "") -> bool:
    """Install packages from the list at hand, said in a line, with their size where it is large; whether it worked."""
    command = apt_get()
    if command is None:
        return False
    print(f"Installing {' and '.join(packages)} with apt-get{f' ({size})' if size else ''} ...", flush=True)
    done = subprocess.run(
        [*command, "install", "--yes", "--no-install-recommends", *packages], stdout=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0
