"""The page 版本 as Streamlit runs it, and what every other page shows once something is published."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.affinity import translate
from streamlit.testing.v1 import AppTest

from geo.errors import UnknownNameError
from geo.plan import Plan
from geo.releases import Store, open_store
from tests.views.office import EDITOR, PART, PUBLISHER, accounts_file, actor
from tests.views.pages import MAIN, TIMEOUT_S, opened, press, sign_in, words
from views.cache import forget_release, plan_of, shared_plan, shared_profiles, store_state

OTHER = "film-base/main"
pytestmark = pytest.mark.usefixtures("data")


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANTU_ACCOUNTS", str(accounts_file(tmp_path)))


@pytest.fixture
def store(data: Path, plan: Plan) -> Store:
    return open_store(data, plan)


def surveyed(extents: gpd.GeoDataFrame, part: str = PART, *, east: float = 0.001) -> gpd.GeoDataFrame:
    """Shift one part and call it surveyed."""
    changed = extents.copy()
    row = changed.index[changed["extent_id"] == part][0]
    changed.loc[row, ["grade", "position_accuracy_m"]] = ["A", 1]
    changed.loc[[row], "geometry"] = translate(extents.geometry[row], xoff=east)
    return changed


def drafted(store: Store, part: str = PART, *, east: float = 0.001) -> int:
    extents = surveyed(store.extents(store.current().number), part, east=east)
    return store.draft(extents, actor=actor(EDITOR), why="红线批复", source_file="红线.zip", source_sha256="9f" * 32).id


def published(store: Store, part: str = PART, *, east: float = 0.001) -> int:
    draft = drafted(store, part, east=east)
    store.review(draft, actor=actor(EDITOR), note="核对无误")
    return store.publish(draft, actor=actor(PUBLISHER), why="发布红线").number


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def test_without_a_store_the_page_says_so_and_makes_none(data: Path) -> None:
    app = opened("releases")
    assert "尚未发布新版" in words(app)
    assert "范围第1版（数据包自带）" in words(app)
    assert not data.exists()


@pytest.mark.usefixtures("accounts")
def test_a_draft_is_reviewed_by_an_editor_and_published_by_a_publisher(store: Store) -> None:
    draft = drafted(store)
    app = sign_in(opened("releases"), EDITOR)
    assert f"草稿 {draft} · 草稿" in words(app)
    assert "审核通过" in labels(app)
    assert "发布" not in labels(app)
    app.text_input(key=f"note_{draft}").input("核对无误")
    press(app, "审核通过")
    assert store.drafted(draft).state == "reviewed"
    assert "发布" not in labels(app)
    app = sign_in(opened("releases"), PUBLISHER)
    app.text_input(key=f"note_{draft}").input("发布红线")
    press(app, "发布")
    assert "已发布为范围第2版" in words(app)
    assert store.current().number == 2
    assert "extents.2" in shared_plan().release


def test_nobody_may_write_without_an_account(store: Store) -> None:
    draft = drafted(store)
    app = opened("releases")
    assert "未配置账户" in words(app)
    assert "审核需要编辑角色" in words(app)
    assert not labels(app) & {"审核通过", "发布", "撤回", "换到当前版"}
    assert store.drafted(draft).state == "draft"


@pytest.mark.usefixtures("accounts")
def test_a_step_without_a_remark_is_not_taken(store: Store) -> None:
    draft = drafted(store)
    app = press(sign_in(opened("releases"), EDITOR), "审核通过")
    assert "请填写意见或说明" in words(app)
    assert store.drafted(draft).state == "draft"


@pytest.mark.usefixtures("accounts")
def test_whoever_comes_second_is_told_who_was_first_and_rebases(store: Store) -> None:
    second = drafted(store, OTHER)
    store.review(second, actor=actor(EDITOR), note="核对无误")
    app = sign_in(opened("releases"), PUBLISHER)
    published(store)
    app.text_input(key=f"note_{second}").input("发布影视")
    press(app, "发布")
    assert f"没有发布：草稿 {second} 以第1版为底，而此后 {PUBLISHER} 于" in words(app)
    assert "（发布红线）" in words(app)
    assert store.drafted(second).state == "reviewed"
    press(app, "换到当前版")
    assert store.drafted(second).state == "withdrawn"
    assert store.drafted(second + 2).base == 2


@pytest.mark.usefixtures("accounts")
def test_a_publisher_goes_back_and_it_is_a_new_release(store: Store) -> None:
    published(store)
    app = sign_in(opened("releases"), PUBLISHER)
    app.selectbox(key="release_pick").set_value(1).run()
    app.text_input(key="rollback_why").input("红线有误")
    press(app, "退回第1版")
    assert store.current().restores == 1
    assert "范围第3版的内容与第1版相同" in words(app)
    listed = next(table.value for table in app.dataframe if "变化的片区" in table.value)
    assert list(listed["版本"]) == [3, 2, 1]
    assert listed["人员"].iloc[-1] == "规划数据包"
    assert listed["说明"].iloc[-1] == "随规划数据包附带"
    assert listed["变化的片区"].iloc[0].startswith("退回第1版：")


def test_any_two_releases_are_compared_by_distance_area_and_grade(store: Store) -> None:
    published(store)
    app = opened("releases")
    changes = next(table.value for table in app.dataframe if "中心移动（m）" in table.value)
    assert len(changes) == 1
    assert changes["依据等级"].iloc[0] == "B → A"
    assert 95 < float(changes["中心移动（m）"].iloc[0]) < 105


def test_a_publication_of_another_process_shows_on_every_page(store: Store) -> None:
    before = shared_profiles().extents.set_index("extent_id").loc[PART, "grade"]
    published(store)
    forget_release()
    after = shared_profiles().extents.set_index("extent_id").loc[PART, "grade"]
    assert (before, after) == ("B", "A")
    app = AppTest.from_file(MAIN, default_timeout=TIMEOUT_S)
    app.query_params["park"] = "torch-park"
    app.run()
    assert not app.exception
    assert "yt-grade" in words(app)
    assert "范围版本：范围第2版" in words(app)


def test_an_old_release_can_still_be_asked_for(plan: Plan, store: Store) -> None:
    published(store)
    grades = [plan_of(number).extents.set_index("extent_id").loc[PART, "grade"] for number in (1, 2)]
    assert grades == ["B", "A"]
    assert plan_of(1).digest == plan.digest
    with pytest.raises(UnknownNameError, match="7"):
        plan_of(7)


def test_without_a_store_the_first_release_is_the_package(plan: Plan) -> None:
    assert plan_of(1).digest == plan.digest
    with pytest.raises(UnknownNameError, match="nothing has been published"):
        plan_of(2)


def test_a_broken_store_is_told_and_the_app_goes_on(data: Path) -> None:
    data.mkdir()
    (data / "releases.gpkg").write_bytes(b"no database")
    forget_release()
    app = opened("releases")
    assert "版本库无法使用" in app.error[0].value
    assert len(shared_plan().extents) == 41


def test_the_audit_is_shown_and_verified(store: Store) -> None:
    published(store)
    app = opened("releases")
    audit = next(table.value for table in app.dataframe if "操作" in table.value)
    assert list(audit["操作"]) == ["发布", "审核", "起草", "建库"]
    press(app, "核验完整性")
    assert "核验通过" in words(app)


def test_a_store_that_cannot_be_read_is_told_in_the_sessions_language(data: Path) -> None:
    data.mkdir()
    (data / "releases.gpkg").write_bytes(b"no database, and longer than the head of one " * 20)
    forget_release()
    assert "does not answer" in store_state()
    app = opened("releases")
    assert "没有响应；请检查所在文件夹能否写入" in words(app)
    assert "does not answer" not in words(app)
    forget_release()
    app.session_state["lang"] = "en"
    app.run()
    assert "does not answer" in words(app)


def test_the_state_of_the_store_is_known(data: Path, plan: Plan) -> None:
    assert store_state() == "none"
    assert not data.exists()
    open_store(data, plan)
    forget_release()
    assert store_state() == "ok"
