"""docs/scenarios.md says what is so."""

import json
import re
from pathlib import Path

import pandas as pd

from geo.plan import read_plan
from geo.scenario import read_scenario, scenario_changes
from geo.scenario.edits import KINDS

TEXT = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_the_example_can_be_read_and_changes_what_it_says() -> None:
    example = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    tables = scenario_changes(read_plan(), read_scenario(example[1]))
    verdicts = tables["verdicts"].set_index("verdict")["difference"]
    assert verdicts["none"] == -1
    assert verdicts.sum() == 0
    target = tables["output"].set_index("sector_id").loc["marine"]
    assert (target["target_before"], target["target_after"]) == (2000, 1500)


def test_every_kind_of_edit_is_described_with_its_keys() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", TEXT, re.MULTILINE))
    assert set(rows) == set(KINDS)
    schema = json.loads((Path(__file__).parents[2] / "geo/data/scenario.schema.json").read_text(encoding="utf-8"))
    assert {"add", "remove", "move", "draft_park", "target", "split"} == set(KINDS)
    known = {name for kind in schema["$defs"].values() if isinstance(kind, dict) for name in kind.get("properties", {})}
    named = pd.Series(re.findall(r"`(\w+)`", " ".join(rows.values())))
    assert set(named) <= known
