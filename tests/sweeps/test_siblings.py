"""Which study a sweep goes on with: the same question finds its own, whatever else has its name."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.study_folder import Asked, GridRow, Study, StudyFolder
from cnnlab.sweeps.points import expand
from cnnlab.sweeps.siblings import (
    asked_by,
    asked_by_arms,
    kept_apart,
    siblings,
    study_of_arms,
    study_of_question,
    study_of_runs,
)
from tests.conftest import composed, tiny
from tests.sweeps.sweep_maker import main, study

pytestmark = pytest.mark.usefixtures("in_empty_folder")

ASKED = Asked(("optimizer",), {"epochs": "10"})
OTHER = Asked(("optimizer",), {"epochs": "2"})


def begin(name, ids, asked=ASKED):
    folder = StudyFolder.named(name)
    rows = [GridRow(f"optimizer={run_id[0]}", run_id[1:], run_id, "") for run_id in ids]
    folder.write_grid(Study(name, "", asked=asked), rows)
    return folder


def found(ids, asked=ASKED, name="optimizer"):
    return study_of_runs(name, asked, ids).path.name


def points(arms):
    axes = {"optimizer": [f"optimizer={name}" for name in arms], "seed": ["seed=0", "seed=1"]}
    return expand({"": ()}, axes, [], list(axes))


def test_question_is_what_is_swept_and_what_all_runs_share_whatever_their_seeds():
    arms = points(("sgd", "adam"))
    asked = asked_by(arms, [tiny(*point.overrides) for point in arms])
    assert asked.swept == ("optimizer",)
    assert asked.common["epochs"] == "2"
    assert asked.common["ema"] == "null"  # what is off is said too: a sweep in which it is on asks something else
    assert not {"optimizer", "optimizer.lr", "seed", "study", "device", "plots", "baseline"} & asked.common.keys()


@pytest.mark.parametrize("arms", [("sgd", "adam", "nadam"), ("adam", "sgd")])
def test_another_arm_is_no_other_question(arms):
    one, other = (asked_by(points(own), [tiny(*point.overrides) for point in points(own)]) for own in (arms, arms[:2]))
    assert one.is_same(other)
    assert other.is_same(one)


def test_arms_without_a_seed_ask_what_they_ask_with_one_and_wrong_ones_have_no_say():
    def compose(words):
        if "optimizer=nadam" in words:
            raise ConfigError("wrong")
        return composed(*words)

    arms = points(("sgd", "adam", "nadam"))[:3]
    assert asked_by_arms(arms, compose).is_same(asked_by_arms(arms[:2], composed_point))


def composed_point(words):
    return composed(*words)


def test_other_swept_keys_or_another_common_setting_are_another_question():
    assert not ASKED.is_same(OTHER)
    assert not ASKED.is_same(Asked(("optimizer", "loss"), {"epochs": "10"}))
    assert ASKED.differing(OTHER) == ["epochs"]


def test_same_question_with_more_seeds_or_arms_stays_in_its_study():
    assert found(["a0"]) == "optimizer"
    begin("optimizer", ["a0", "b0"])
    assert found(["a0", "b0"]) == found(["a0", "b0", "a1", "b1"]) == found(["a0", "b0", "c0"]) == "optimizer"


@pytest.mark.parametrize("ids", [["a0"], ["c0", "d0"], ["a0", "c0"]])
def test_grid_that_would_take_rows_away_gets_a_sibling(ids):
    begin("optimizer", ["a0", "b0"])
    assert found(ids) == "optimizer-2"


def test_every_question_finds_its_own_study_again():
    begin("optimizer", ["a0", "b0"])
    begin("optimizer-2", ["x0", "y0"], OTHER)
    begin("optimizer-3", ["c0", "d0"])
    assert found(["x0", "y0", "z0"], OTHER) == "optimizer-2"
    assert found(["c0", "d0"]) == "optimizer-3"
    assert found(["c0", "d0", "a0", "b0"]) == "optimizer"
    begin("optimizer", ["c0", "d0", "a0", "b0"])
    assert found(["c0", "d0"]) == "optimizer-3"  # though the first one holds its runs as well
    assert found(["e0"]) == "optimizer-4"
    assert [one.path.name for one in siblings("optimizer")] == ["optimizer", "optimizer-2", "optimizer-3"]


def test_study_that_does_not_say_what_it_asks_is_known_by_its_runs():
    begin("optimizer", ["a0"], None)
    assert found(["a0", "a1"]) == "optimizer"
    assert found(["b0"]) == "optimizer-2"


def test_arms_find_their_study_before_their_seeds_are_known():
    begin("optimizer", ["a0", "b0"])
    assert study_of_arms("optimizer", ASKED, ["optimizer=a", "optimizer=c"]).path.name == "optimizer"
    assert study_of_arms("optimizer", ASKED, ["optimizer=c"]).path.name == "optimizer-2"


APART = [
    (OTHER, "epochs 10, here 2"),
    (Asked(("optimizer", "loss"), {}), "over optimizer"),
    (ASKED, "other runs"),
]


@pytest.mark.parametrize(("asked", "why"), APART)
def test_why_a_study_is_kept_apart_is_said_once(asked, why):
    begin("optimizer", ["a0"])
    second = StudyFolder.named("optimizer-2")
    told = f"outputs/optimizer holds another sweep ({why}), which is kept. This one is optimizer-2."
    assert kept_apart("optimizer", second, asked) == told
    begin("optimizer-2", ["b0"], asked)
    assert kept_apart("optimizer", second, asked) is None
    assert kept_apart("optimizer", StudyFolder.named("optimizer"), asked) is None


@pytest.mark.usefixtures("swept")
def test_shipped_study_with_other_epochs_is_a_sibling_of_its_own(capsys):
    words = study("study: mine\nhydra: {sweeper: {arms: {a: [batch_size=8], b: [batch_size=16]}}}")
    for more, name in (
        ([], "mine"),
        (["epochs=3"], "mine-2"),
        (["arm=a"], "mine-3"),
        ([], "mine"),
        (["arm=a"], "mine-3"),
    ):
        assert main(["-m", *words, *more]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == f"open     outputs/{name}/report.html"


@pytest.mark.usefixtures("swept")
def test_until_decided_of_another_question_is_a_sibling_with_seeds_of_its_own():
    words = ["-m", "batch_size=8,16", "max_seeds=5", "until=decided"]
    assert main(["-m", "batch_size=8,16", "seed=0,1", "epochs=3"]) == 0
    for more, name, first in (([], "batch_size-decided", 0), (["epochs=3"], "batch_size-decided-2", 2)):
        for _ in range(2):
            assert main([*words, *more]) == 0
            assert StudyFolder.named(name).read_study().plan.first_seed == first
    assert not StudyFolder.named("batch_size-decided-3").path.exists()


def test_study_of_a_question_goes_on_whatever_its_runs_are():
    begin("tune-lr", ["a0"])
    assert study_of_question("tune-lr", ASKED).path.name == "tune-lr"
    assert study_of_question("tune-lr", OTHER).path.name == "tune-lr-2"
