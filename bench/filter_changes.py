"""A filter pressed or typed in Chromium: time until the map has changed, and what came over the wire for it."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.serve import Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser, Page

    from bench.serve import Running

_CHANGES = 6
_QUIET_S = 0.8
_PATIENCE_S = 180

#: What each app draws a park part as, and the words behind which ours keeps its further filters.
PATHS = {"ours": "path[data-extent]", "peer": "path.part"}
_MORE = "更多筛选"
_BOX = ".st-key-q input"

#: Acts and waits, frame by frame, until as many shapes stand on the map and are painted; milliseconds. The act is a
#: press of a button, or the words that stand in a box already being sent by Enter.
_CHANGE = """async ([selector, name, expected, box]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const count = () => Math.max(0, ...[...document.querySelectorAll('iframe')].map(frame => {
    const own = frame.contentWindow.yuantu;  // it may paint on a canvas, where no element can be counted
    try { return own ? own.count() : frame.contentDocument.querySelectorAll(selector).length; }
    catch { return 0; } }));
  const target = box ? document.querySelector(box)
    : [...document.querySelectorAll('button')].find(one => one.innerText.trim() === name);
  const start = performance.now();
  if (box) {
    target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true }));
  } else { target.click(); }
  while (count() !== expected) {
    await frame();
    if (performance.now() - start > 60000) throw new Error(`${count()} shapes, expected ${expected}`);
  }
  await frame();  // the map's own painting is asked for, and done before the second
  await frame();
  return performance.now() - start;
}"""
#: Presses a button and waits until the script has run for it and has ended; milliseconds.
_RERUN = """name => new Promise(done => {
  const app = document.querySelector("[data-testid='stApp']"), start = performance.now();
  let ran = false;
  new MutationObserver((changes, observer) => {
    // A short run has begun and ended before anybody is told: then it stands among what was before.
    ran = ran || app.dataset.testScriptState !== 'notRunning' || changes.some(one => one.oldValue !== 'notRunning');
    if (ran && app.dataset.testScriptState === 'notRunning') { observer.disconnect(); done(performance.now() - start); }
  }).observe(app, { attributeFilter: ['data-test-script-state'], attributeOldValue: true });
  setTimeout(() => done(Number.NaN), 20000);
  [...document.querySelectorAll('button')].find(one => one.innerText.trim() === name).click();
})"""
_IS_RUNNING = "document.querySelector(\"[data-testid='stApp']\")?.dataset.testScriptState !== 'notRunning'"
#: Shapes that the fullest map of the page shows, in a frame that can be seen.
_COUNT = """([selector, frames]) => Math.max(0, ...[...document.querySelectorAll(frames)].map(frame => {
  if (getComputedStyle(frame).visibility === 'hidden') { return 0; }
  const own = frame.contentWindow.yuantu;
  try { return own ? own.count() : frame.contentDocument.querySelectorAll(selector).length; }
  catch { return 0; } }))"""


class Pill(NamedTuple):
    """A filter's button by its words, or the words of a search, and how many shapes each app shows for it."""

    words: str
    expected: Mapping[str, int]
    is_among_more: bool = False
    is_search: bool = False


class Change(NamedTuple):
    """Seconds to the changed map, and all that came until nothing followed, in MB."""

    seconds: float
    megabytes: float


def until_shown(page: Page, selector: str, expected: int, *, frames: str = "iframe") -> None:
    """
    Wait until as many shapes stand on a map of the page.

    Parameters
    ----------
    page
        Opened.
    selector
        Of a shape.
    expected
        How many.
    frames
        Of the frames that may hold the map.
    """
    counted = f"(asked) => ({_COUNT})(asked) === {expected}"
    page.wait_for_function(counted, arg=[selector, frames], timeout=_PATIENCE_S * 1000)


def settled(page: Page, wire: Wire) -> None:
    """
    Wait until the script has stood still, and nothing has come, for a while.

    Parameters
    ----------
    page
        Opened.
    wire
        Its own.
    """
    begun = quiet = time.perf_counter()
    came = wire.megabytes
    while time.perf_counter() - quiet < _QUIET_S:
        page.wait_for_timeout(50)
        if page.evaluate(_IS_RUNNING) or wire.megabytes != came:
            quiet, came = time.perf_counter(), wire.megabytes
        if quiet - begun > _PATIENCE_S:
            msg = "the page does not come to rest"
            raise TimeoutError(msg)


def changes(browser: Browser, apps: Mapping[str, Running], total: int, pill: Pill) -> dict[str, list[Change]]:
    """
    Press a filter on and off again, by turns in all apps.

    Parameters
    ----------
    browser
        In which each app gets a page of its own.
    apps
        By the names of `PATHS`.
    total
        Shapes without the filter.
    pill
        What is pressed.

    Returns
    -------
    changes
        By app; the first of each is not counted.
    """
    pages: dict[str, tuple[Page, Wire]] = {}
    for name, app in apps.items():
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        pages[name] = page, Wire(page)
        page.goto(app.url)
        until_shown(page, PATHS[name], total)
    found: dict[str, list[Change]] = {name: [] for name in apps}
    for turn in range(_CHANGES + 1):
        for name, (page, wire) in pages.items():
            wanted = pill.expected[name] if turn % 2 == 0 else total
            if pill.is_search:
                settled(page, wire)
                page.locator(_BOX).fill(pill.words if turn % 2 == 0 else "")
            asked = [PATHS[name], pill.words, wanted, _BOX if pill.is_search else None]
            change = _change(page, wire, asked, opens_more=pill.is_among_more)
            if turn:
                found[name].append(change)
    for page, _ in pages.values():
        page.context.close()
    return found


def bare_change(browser: Browser, app: Running, words: str) -> float:
    """
    Press a button of a page that shows nothing: what every change costs that the server decides.

    Parameters
    ----------
    browser
        In which the page is opened.
    app
        Streamlit's own empty app.
    words
        The button's.

    Returns
    -------
    seconds
        From the click until the page knows that the script has ended; the median.
    """
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    wire = Wire(page)
    page.goto(app.url)
    page.get_by_role("button", name=words, exact=True).wait_for()
    found = []
    for _ in range(_CHANGES + 1):
        settled(page, wire)
        found.append(page.evaluate(_RERUN, words) / 1000)
    page.context.close()
    return statistics.median(found[1:])


def _change(page: Page, wire: Wire, asked: list[object], *, opens_more: bool) -> Change:
    settled(page, wire)
    # Ours closes its further filters when none of them is pressed.
    closed = page.locator("details:not([open]) > summary").filter(has_text=_MORE)
    if opens_more and closed.count():
        closed.click()
        settled(page, wire)
    before = wire.megabytes
    milliseconds = page.evaluate(_CHANGE, asked)
    settled(page, wire)
    return Change(milliseconds / 1000, wire.megabytes - before)
