"""The app in a process of its own, and pages in Chromium that fail on foreign requests and on errors."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright

from tests.browser.chromium import ChromiumError, find_chromium

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 90
LOG_TAIL = 8_000

SCREENS = {"wide": (1440, 900), "phone": (390, 844)}

FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]

LOCAL_HOSTS = {"127.0.0.1", "localhost"}
# Addresses that no network carries.
LOCAL_SCHEMES = {"data", "blob", "about"}

# Console errors that are no fault of the app: pattern and reason, nothing without a reason.
ALLOWED_CONSOLE_ERRORS = {
    r"404 .*//[^/]+/[^/]+/_stcore/(health|host-config)\)$": (
        "opened at the address of a page, Streamlit looks for its server below that page before the root"
    ),
}


@dataclass(frozen=True)
class Server:
    """The running app: its address, without a final slash, and its log."""

    url: str
    log: Path

    def log_tail(self) -> str:
        """Return the last lines of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]


@dataclass
class Record:
    """What the pages of one test asked for, and what went wrong in them."""

    urls: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Note every request, socket and error of the context's pages, and let no request leave the machine."""
        context.on("request", lambda request: self.urls.append(request.url))
        context.on("console", self.note_console)
        context.on("weberror", lambda error: self.errors.append(f"page error: {error.error}"))
        context.on("page", lambda page: page.on("websocket", lambda socket: self.urls.append(socket.url)))
        context.route(lambda url: not is_local(url), abort)

    def note_console(self, message: ConsoleMessage) -> None:
        """Keep a console error that no entry of the allow-list excuses."""
        text = f"{message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not any(re.search(pattern, text) for pattern in ALLOWED_CONSOLE_ERRORS):
            self.errors.append(f"console error: {text}")

    def faults(self) -> list[str]:
        """List foreign requests first, since they often cause the errors that follow."""
        return [f"foreign request: {url}" for url in self.urls if not is_local(url)] + self.errors


def is_local(url: str) -> bool:
    """Whether the address is the app's own machine or needs no network at all."""
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname in LOCAL_HOSTS


def abort(route: Route) -> None:
    route.abort()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder, and run it last: Playwright's event loop would block other tests' own."""
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the app's log with a test that failed."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(server, Server):
        report.sections.append(("log of the app", server.log_tail()))
    return report


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start `streamlit run app.py` on a free port of the loopback address."""
    port = free_port()
    log = tmp_path_factory.mktemp("server") / "streamlit.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command(port), cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    app = Server(f"http://127.0.0.1:{port}", log)
    try:
        wait_until_healthy(app, process)
        yield app
    finally:
        stop(process)


def command(port: int) -> list[str]:
    options = {
        "server.port": str(port),
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium; without one the test fails, since a skipped test proves nothing."""
    try:
        executable = find_chromium()
    except ChromiumError as error:
        pytest.fail(str(error))
    # Chromium's sandbox refuses to work for root.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """
    Give a function that opens a page: `page("/")`, or `page("/", screen="phone")`.

    After the test it fails when a page asked another host for something, or reported an error.
    """
    record = Record()
    contexts: list[BrowserContext] = []

    def open_page(path: str = "/", *, screen: str = "wide") -> Page:
        width, height = SCREENS[screen]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            is_mobile=screen == "phone",
            has_touch=screen == "phone",
        )
        contexts.append(context)
        record.watch(context)
        opened = context.new_page()
        opened.goto(server.url + path)
        return opened

    yield open_page
    for context in contexts:
        context.close()
    faults = record.faults()
    assert not faults, "\n".join(faults)
