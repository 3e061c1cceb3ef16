"""
Finds a Chromium for the browser tests, or installs one.

`make test` runs it as a command before pytest. The tests themselves only look for the browser: they install nothing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import debian

NAMES = ("chromium", "chromium-browser", "google-chrome")
APT_PACKAGES = ("chromium", "fonts-noto-cjk")
ADVICE = """\
The browser tests need Chromium, and none was found or could be installed. Any one of these will do:
  Debian, Ubuntu   sudo apt-get install chromium fonts-noto-cjk
  elsewhere        .venv/bin/python -m playwright install chromium
  have one         CHROMIUM=/path/to/chromium make test"""


class ChromiumError(Exception):
    """No Chromium that starts; the message says what to do."""


def find_chromium() -> Path:
    """Path of a Chromium that starts: the one that CHROMIUM names, the system's, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        if starts(Path(named)):
            return Path(named)
        message = f"CHROMIUM={named} does not start. Name another one, or unset CHROMIUM to have one looked for."
        raise ChromiumError(message)
    for candidate in [*system_browsers(), playwright_browser()]:
        if starts(candidate):
            return candidate
    raise ChromiumError(ADVICE)


def system_browsers() -> list[Path]:
    """Browsers on the search path, the most usual name first."""
    return [Path(found) for name in NAMES if (found := shutil.which(name))]


def playwright_browser() -> Path:
    """Where Playwright keeps its own Chromium, whether or not it is there."""
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def starts(browser: Path) -> bool:
    """Whether the file is a browser that runs: on Ubuntu `chromium-browser` can be a note that points to a snap."""
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install_chromium() -> None:
    """Install Chromium from the system's packages where that is allowed, else Playwright's own."""
    if debian.update() and debian.install(*APT_PACKAGES):
        return
    print("Installing Playwright's Chromium ...", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def lacks_chinese_font() -> bool:
    """Whether fontconfig knows no font with Chinese; where there is no fontconfig the system has its own ways."""
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return not listed.stdout.strip()


def provide_chinese_font() -> None:
    """Install a font with Chinese where there is none and apt may; else say that pictures will show boxes."""
    if not lacks_chinese_font():
        return
    if debian.update() and debian.install("fonts-noto-cjk"):
        return
    print("No font with Chinese: screenshots will show boxes. Install one, such as fonts-noto-cjk.", file=sys.stderr)


def provide_chromium() -> Path:
    """Find Chromium; if there is none, install one and look again."""
    try:
        return find_chromium()
    except ChromiumError:
        if os.environ.get("CHROMIUM"):
            raise
        install_chromium()
        return find_chromium()


def main() -> int:
    """Provide Chromium and a Chinese font; the exit code is 1 when there is no browser."""
    try:
        browser = provide_chromium()
    except ChromiumError as error:
        print(error, file=sys.stderr)
        return 1
    provide_chinese_font()
    print(f"Chromium for the browser tests: {browser}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
