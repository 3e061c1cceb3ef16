"""An app in a process of its own, and a page of it in Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import find_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
_START_S = 120
_FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


class Running:
    """
    An app that answers.

    Parameters
    ----------
    url
        Its address, without a final slash.
    process
        Its process.
    """

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self.process = process

    def memory_mb(self) -> float:
        """Give the memory that the process holds now, in MB: the proportional share of what is resident."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="utf-8")
        line = next(line for line in text.splitlines() if line.startswith("Pss:"))
        return int(line.split()[1]) / 1024

    def cpu_s(self) -> float:
        """Give the processor time that the process has used, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def app_process(script: str = "app.py", settings: Mapping[str, str] | None = None) -> Iterator[Running]:
    """
    Run an app until the block ends.

    Parameters
    ----------
    script
        File below the root that holds `app`.
    settings
        Environment variables.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [
        sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port), "--server.address", "127.0.0.1",
        "--server.headless", "true", "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(settings or {})}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603
        running = Running(f"http://127.0.0.1:{port}", process)
        try:
            _wait(running)
            yield running
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(running: Running) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + _START_S
    while time.monotonic() < until and running.process.poll() is None:
        try:
            with opener.open(f"{running.url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    msg = f"the app at {running.url} did not start"
    raise RuntimeError(msg)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, headless, as the tests find it."""
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    executable = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=flags)
        try:
            yield browser
        finally:
            browser.close()


class Wire:
    """
    Bytes that a page receives, as they travel: answers with their headers, and socket frames.

    Parameters
    ----------
    page
        Before it is opened.
    """

    def __init__(self, page: Any) -> None:  # noqa: ANN401  (Playwright's session has no type for its events)
        self.answers = 0.0
        self.frames = 0.0
        self._asked: dict[str, str] = {}
        self._came: list[tuple[str, float]] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._begin)
        session.on("Network.loadingFinished", self._answer)
        session.on("Network.webSocketFrameReceived", self._frame)

    def _begin(self, event: dict[str, Any]) -> None:
        self._asked[event["requestId"]] = event["response"]["url"]

    def _answer(self, event: dict[str, Any]) -> None:
        self.answers += event["encodedDataLength"]
        self._came.append((self._asked.pop(event["requestId"], ""), event["encodedDataLength"]))

    def _frame(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        is_text = event["response"]["opcode"] == 1
        self.frames += len(payload) if is_text else len(payload) * 3 / 4

    @property
    def megabytes(self) -> float:
        """All of them, in MB of a million bytes."""
        return (self.answers + self.frames) / 1e6

    def under(self, place: str) -> tuple[int, float]:
        """Number and bytes of the answers whose address holds these words, the browser's own copies too."""
        sizes = [size for address, size in self._came if place in address]
        return len(sizes), sum(sizes)
