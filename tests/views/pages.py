"""The app's pages as a person uses them, without a browser: open one, read it, press a button, sign in."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.views.office import PASSWORD

MAIN = str(Path(__file__).parents[2] / "views" / "main.py")
TIMEOUT_S = 90


def opened(name: str, **query: str) -> AppTest:
    """Open the app, by an address with this query, then one of its pages."""
    app = AppTest.from_file(MAIN, default_timeout=TIMEOUT_S)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    app._page_hash = app.session_state["pages"][name]._script_hash
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    """Give all that a page tells, without its widgets and tables."""
    kinds = ("html", "caption", "info", "error", "warning", "success")
    return "\n".join(str(getattr(element.proto, "body", "")) for kind in kinds for element in app.get(kind))


def press(app: AppTest, label: str) -> AppTest:
    """Press the first button of a label."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def sign_in(app: AppTest, name: str) -> AppTest:
    """Sign in as one of the office."""
    app.sidebar.text_input[0].input(name)
    app.sidebar.text_input[1].input(PASSWORD)
    return press(app, "登录")
