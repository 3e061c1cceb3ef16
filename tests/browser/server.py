"""The app in a process of its own, as a person would start it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 90
LOG_TAIL = 8_000


@dataclass(frozen=True)
class Server:
    """The running app: its address, without a final slash, its log, and what closes its pages before it ends."""

    url: str
    log: Path
    closing: list[Callable[[], None]] = field(default_factory=list)

    def log_tail(self) -> str:
        """Return the last lines of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]


@contextmanager
def running_app(
    folder: Path, *, settings: Mapping[str, str] | None = None, options: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """
    Run the app on a free port until the block ends.

    Parameters
    ----------
    folder
        For its log.
    settings
        Environment variables of the deployment, such as `YUANTU_PLAN`.
    options
        Streamlit's options, such as `server.baseUrlPath`.
    """
    port = free_port()
    log = folder / "streamlit.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command(port, options or {}), cwd=ROOT, stdout=output, stderr=subprocess.STDOUT,
            env={**os.environ, **(settings or {})},
        )  # fmt: skip
    base = (options or {}).get("server.baseUrlPath", "")
    app = Server(f"http://127.0.0.1:{port}" + (f"/{base}" if base else ""), log)
    try:
        wait_until_healthy(app, process)
        yield app
    finally:
        # A page that still loads when its app ends reports errors of its own.
        for close in app.closing:
            close()
        stop(process)


def command(port: int, options: Mapping[str, str]) -> list[str]:
    stated = {"server.port": str(port), "server.address": "127.0.0.1", "server.fileWatcherType": "none", **options}
    flags = [f"--{name}={value}" for name, value in stated.items()]
    return [sys.executable, "-m", "streamlit", "run", "app.py", *flags]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_healthy(app: Server, process: subprocess.Popen[bytes]) -> None:
    """Wait for the app's health address; fail with the log when the app ends or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"The app ended with exit code {process.returncode}. Its log:\n{app.log_tail()}")
        if is_healthy(app.url):
            return
        time.sleep(0.1)
    pytest.fail(f"The app did not answer within {START_TIMEOUT_S} s. Its log:\n{app.log_tail()}")


def is_healthy(url: str) -> bool:
    # No proxy: the environment may name one, and it cannot reach this machine's loopback address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
