"""The app in a process of its own, and pages in Chromium that fail on foreign requests and on errors."""

import os
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect, sync_playwright

from tests.browser.chromium import ChromiumError, find_chromium
from tests.browser.server import Server, running_app

# A busy machine may take long; an answer that never comes still fails.
expect.set_options(timeout=20_000)

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
    r"ERR_CONNECTION_REFUSED .*/_stcore/(health|host-config)\)$": (
        "an app that a test has for itself ends before the page that shows it, which asks for it again"
    ),
}


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
    """Start the app as `make app` does, on a free port of the loopback address."""
    with running_app(tmp_path_factory.mktemp("server")) as app:
        yield app


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

    def open_page(path: str = "/", *, screen: str = "wide", app: Server = server) -> Page:
        width, height = SCREENS[screen]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            is_mobile=screen == "phone",
            has_touch=screen == "phone",
        )
        contexts.append(context)
        if app is not server:
            app.closing.append(context.close)
        record.watch(context)
        opened = context.new_page()
        opened.goto(app.url + path)
        return opened

    yield open_page
    for context in contexts:
        context.close()
    faults = record.faults()
    assert not faults, "\n".join(faults)
