"""What browser tests ask of the map: its frame, its state, its paths."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Frame, Page, expect

READY = "!!document.body && document.body.dataset.yuantu === 'ready' && !!window.yuantu && !!window.yuantu.map"
#: The page's own map has its script, and the one that opened the visit has given way to it.
STANDS = """() => !document.getElementById('yuantu-opening') &&
  [...document.querySelectorAll("iframe[title^='streamlit_folium']")].some(frame => frame.contentWindow.yuantu)"""


def atlas_frame(page: Page) -> Frame:
    """Wait until the map of a page has drawn its layers."""
    expect(page.locator("iframe[title^='streamlit_folium']").first).to_be_visible(timeout=30_000)
    page.wait_for_function(STANDS, timeout=30_000)
    frame = next(frame for frame in page.frames if re.search("streamlit_folium", frame.url))
    frame.wait_for_function(READY, timeout=30_000)
    return frame


def shown(frame: Frame) -> set[str]:
    """Ids of the park parts whose shapes stand in the map's SVG, with an outline and a size."""
    return set(
        frame.evaluate(
            """() => [...document.querySelectorAll('path[data-extent]')]
                 .filter(path => path.getAttribute('d').length > 10 && path.getBBox().width > 0)
                 .map(path => path.dataset.extent)"""
        )
    )


def present(frame: Frame) -> set[str]:
    """Ids of the park parts that the map holds, those beyond its edges too."""
    return set(frame.evaluate("[...document.querySelectorAll('path[data-extent]')].map(path => path.dataset.extent)"))


def wait_for_shown(frame: Frame, count: int) -> None:
    """Wait until as many shapes stand on the map."""
    frame.wait_for_function(f"document.querySelectorAll('path[data-extent]').length === {count}", timeout=30_000)


def view(frame: Frame) -> list[float]:
    """Longitude and latitude of the middle of the map, and zoom."""
    found: list[float] = frame.evaluate(
        "(() => { const c = yuantu.map.getCenter(); return [c.lng, c.lat, yuantu.map.getZoom()]; })()"
    )
    return found


def state(frame: Frame) -> dict[str, Any]:
    """What the map was last told."""
    found: dict[str, Any] = frame.evaluate("yuantu.state()")
    return found


def click_part(frame: Frame, extent_id: str) -> None:
    """Click a park part at a point inside its shape."""
    spot = frame.evaluate(
        """id => { const path = document.querySelector(`path[data-extent="${id}"]`), box = path.getBBox();
             const point = path.ownerSVGElement.createSVGPoint();
             for (let i = 1; i < 20; i++) for (let j = 1; j < 20; j++) {
               point.x = box.x + box.width * i / 20; point.y = box.y + box.height * j / 20;
               const place = point.matrixTransform(path.getScreenCTM());
               const around = [[0, 0], [-5, 0], [5, 0], [0, -5], [0, 5]].map(
                 ([dx, dy]) => document.elementFromPoint(place.x + dx, place.y + dy));
               if (around.every(element => element === path)) return [place.x, place.y];
             } return null; }""",
        extent_id,
    )
    assert spot is not None, f"no point of {extent_id} lies on top"
    box = frame.frame_element().bounding_box()
    assert box is not None
    border = frame.frame_element().evaluate("element => element.clientLeft")
    frame.page.mouse.click(box["x"] + border + spot[0], box["y"] + border + spot[1])
