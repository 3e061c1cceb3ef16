"""Pages hand out a layer within the deployment's security class alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.plan import Plan
from geo.security import SecurityError
from layers.catalog import Layer, layer
from tests.views.pages import opened, words
from views import handing
from views.handing import handed_file


def classified(plan: Plan, layer_id: str) -> Layer:
    return replace(layer(plan, layer_id), security="classified")


def test_a_layer_above_the_class_is_no_file_on_any_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assert handed_file("fit", format="csv").content.startswith(b"\xef\xbb\xbf")
    assert len(opened("fit").get("download_button")) == 2
    assert opened("files").get("download_button")
    monkeypatch.setattr(handing, "layer", classified)
    with pytest.raises(SecurityError, match="is classified, and this deployment hands out internal at most"):
        handed_file("fit", format="csv")
    for page in ("fit", "files"):
        app = opened(page)
        assert not app.get("download_button")
        assert "密级为涉密，高于本部署允许的内部，不提供下载" in words(app)
