"""The screening page in English: no Chinese but what is quoted; in Chinese it shows what it showed."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.screening.projects import COLUMNS
from geo.screening.rules import SYNTHETIC_RULES
from tests.languages import has_english_sentence
from tests.views.pages import MAIN, TIMEOUT_S, press, words

HAN = re.compile(r"[㐀-鿿　-〿＀-￯]")
QUOTED = re.compile(r"“[^”]*”|(?<!\w)'[^']*'")
#: A project's own name stands as it was typed.
NAME = "碳化硅项目"
#: Fields that stand before the fold.
FIRST = ("name", "product", "sector", "gbt4754", "area_ha", "lon", "lat")
TABLE = """项目名称,产品,产业,用地面积_公顷,用地面积_亩
碳化硅项目,碳化硅功率芯片,,4,
碳化硅项目,疫苗,,很大,
碳化硅项目,疫苗,养猪,4,
"""


def opened(language: str, page: str = "screening") -> AppTest:
    """Open a page in a language."""
    app = AppTest.from_file(MAIN, default_timeout=TIMEOUT_S)
    app.query_params["lang"] = language
    app.run()
    app._page_hash = app.session_state["pages"][page]._script_hash
    app.run()
    assert not app.exception
    return app


def language_of(app: AppTest) -> str:
    """Language of the session."""
    return str(app.session_state["lang"]) if "lang" in app.session_state else "zh"


def asked(app: AppTest, **cells: str) -> AppTest:
    """Fill the form and ask for the check."""
    for field, text in cells.items():
        app.text_input(key=f"screen_{field}").input(text)
    return press(app, "开始核查" if language_of(app) == "zh" else "Check")


def tags_off(html: str) -> str:
    """Give what a person reads of HTML, titles of bars among it; the style sheet knows words of both languages."""
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    titles = " ".join(re.findall(r"title='([^']*)'", html))
    return unescape(re.sub(r"<[^>]+>", " ", html) + titles)


def shown(app: AppTest) -> list[str]:
    """Every text of the page itself: told, asked, offered and listed, without the sidebar's of other parts."""
    texts = tags_off(words(app)).splitlines()
    for field in app.main.text_input:
        texts += [field.label, field.help or "", field.placeholder or ""]
    texts += [field.label for field in app.number_input]
    texts += [button.label for button in app.main.button]
    texts += [str(getattr(element.proto, "label", "")) for element in app.main.get("download_button")]
    texts += [fold.label for fold in app.main.expander]
    texts += [text for picked in app.multiselect for text in (picked.label, *picked.options)]
    for table in app.dataframe:
        texts += [str(name) for name in table.value.columns]
        texts += [str(cell) for row in table.value.to_numpy() for cell in row]
    return texts


def foreign(app: AppTest) -> list[str]:
    """Chinese that an English reader meets, without quotes and the project's own name."""
    return [text for text in shown(app) if HAN.search(QUOTED.sub("", text.replace(NAME, "")))]


def test_an_empty_form_is_english_with_examples_that_say_so() -> None:
    app = opened("en")
    assert foreign(app) == []
    assert {field.label for field in app.main.text_input} >= {column.en for column in COLUMNS}
    assert all(field.placeholder.startswith("e.g. ") for field in app.main.text_input)


@pytest.mark.parametrize("rules", [None, SYNTHETIC_RULES], ids=["default", "synthetic"])
def test_an_answer_is_english(rules: Path | None) -> None:
    app = opened("en")
    if rules is not None:
        app.file_uploader(key="rules_file").set_value((rules.name, rules.read_bytes(), "application/toml")).run()
    app = asked(app, name=NAME, product="碳化硅功率芯片", gbt4754="3972", area_ha="4.5", lon="118.22537", lat="24.6581")
    assert not app.error
    assert foreign(app) == []
    told = words(app)
    assert "Torch (Xiang&#x27;an) Industrial Area" in told
    assert "Reports are in Chinese." in told
    assert ("example, made up" in told) == (rules is not None)


def test_what_the_plan_does_not_name_is_told_in_english() -> None:
    app = asked(opened("en"), name=NAME, product="量子计算", sector="")
    assert foreign(app) == []
    assert "no term of the plan stands in the product “量子计算”; the closest are" in words(app)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"product": "疫苗"}, "Project name: the project has no name; give it one"),
        ({"name": NAME, "product": "疫苗", "area_ha": "很大"}, "Site area (ha): “很大” is no number"),
        ({"name": NAME, "product": "疫苗", "gbt4754": "9999"}, "GB/T 4754 code: GB/T 4754-2017 has no code “9999”"),
        ({"name": NAME, "sector": "养猪"}, "the plan has no sector, subsector or future track called “养猪”"),
    ],
)
def test_a_fault_of_the_form_is_english(cells: dict[str, str], says: str) -> None:
    app = asked(opened("en"), **cells)
    assert app.error[0].value.startswith(says)
    assert foreign(app) == []


def test_a_table_of_good_and_bad_rows_is_english() -> None:
    app = opened("en")
    app.file_uploader(key="projects_file").set_value(("projects.csv", TABLE.encode(), "text/csv")).run()
    assert not app.exception
    told = words(app)
    assert "1 projects judged, 2 rows with faults" in told
    assert "Row 3 碳化硅项目: Site area (ha): “很大” is no number" in tags_off(told)
    assert "this column is not read" in app.warning[0].value
    assert foreign(app) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "项目名称\n甲\n", "the first row must name the columns, “项目名称” and one of"),
        ("a.csv", "项目名称,产品,product\n", "the column “产品” stands twice; keep one"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_the_sessions_language(name: str, content: str, says: str) -> None:
    for language in ("en", "zh"):
        app = opened(language)
        app.file_uploader(key="projects_file").set_value((name, content.encode(), "text/csv")).run()
        told = app.error[0].value
        assert (says in told) == (language == "en")
        assert not HAN.search(QUOTED.sub("", told)) or language == "zh"


def test_rules_with_faults_are_told_in_the_sessions_language() -> None:
    text = SYNTHETIC_RULES.read_text(encoding="utf-8").replace("max_age_days = 365", "max_age_days = 0", 1)
    for language in ("en", "zh"):
        app = opened(language)
        app.file_uploader(key="rules_file").set_value(("a.toml", text.encode(), "application/toml")).run()
        told = app.error[0].value
        assert "opinions[0].max_age_days" in told
        assert has_english_sentence(told) == (language == "en")
        assert HAN.search(told) is None or language == "zh"


def test_the_chinese_page_shows_what_it_showed() -> None:
    app = opened("zh")
    labels = [field.label for field in app.main.text_input]
    assert labels == [
        column.zh.replace("_", "（") + ("）" if "_" in column.zh else "")
        for column in sorted(COLUMNS, key=lambda column: column.field not in FIRST)
    ]
    assert [field.placeholder for field in app.main.text_input][:2] == ["例如 示例项目", "例如 碳化硅功率芯片"]
    app = asked(app, name=NAME, product="碳化硅功率芯片")
    told = words(app)
    for sentence in (
        "“碳化硅”是第四章第六节“第三代半导体”用语",
        "没有规则，未判断",
        "未给地块，不知用哪个园区比；逐园区判断：",
        "默认规则（仅含规划内容）（default.toml，版本1，2026-11-22）未提供[lists]",
        "则降为需论证",
    ):
        assert sentence in told
    assert "Reports are in Chinese." not in told
    assert "报告为中文。" not in told
    app = asked(app, area_ha="很大")
    assert app.error[0].value == "用地面积_公顷：'很大'不是数字；请只填数字，单位见列名"


def test_accounts_that_cannot_be_read_are_told_in_the_sessions_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text("[accounts", encoding="utf-8")
    monkeypatch.setenv("YUANTU_ACCOUNTS", str(file))
    for language, says in (("en", "is no TOML in UTF-8"), ("zh", "不是 UTF-8 编码的 TOML")):
        app = opened(language, page="releases")
        assert says in app.error[0].value
