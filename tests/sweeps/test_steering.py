"""What steers a sweep: read, checked, and told to a design."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.study_folder import SeedPlan
from cnnlab.sweeps.points import FOLD, FOLDS, expand
from cnnlab.sweeps.steering import begin

UNTIL = {"until": "until=decided"}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def points(seeds="0", arms=("sgd", "adam")):
    axes = {"optimizer": [f"optimizer={name}" for name in arms], "seed": [f"seed={seed}" for seed in seeds]}
    return expand({"": ()}, axes, [], list(axes))


def begun(typed, *, plain=None, **more):
    return begin(points(**more), lambda words: plain or {}, typed)


def test_without_until_the_points_are_those_that_were_typed():
    conversation = begun({}, seeds="01")
    assert (next(conversation.design), conversation.plan) == (points("01"), None)
    assert conversation.narrator().num_more == 0


def test_until_decided_asks_for_the_seeds_of_the_first_look():
    conversation = begun(UNTIL | {"max_seeds": "max_seeds=10", "max_hours": "max_hours=2"})
    assert conversation.plan == SeedPlan((5, 8, 10))
    assert conversation.max_hours == 2.0
    assert [point.label for point in next(conversation.design)] == [point.label for point in points("01234")]
    assert conversation.narrator().num_more == 2 * 5


def test_until_of_a_study_is_taken_off_its_runs():
    conversation = begun({}, plain={"until": "decided", "max_seeds": 5}, seeds="012")
    asked = next(conversation.design)
    assert len(asked) == 10
    assert asked[0].shared == ("until=null", "max_seeds=null")


WRONG = [
    ({"until": "until=now"}, {}, r"^until: unknown 'now'\. Known: decided"),
    (UNTIL | {"max_seeds": "max_seeds=1"}, {}, r"^max_seeds: must be in \[2, 1000\], got 1"),
    (UNTIL | {"max_hours": "max_hours=0"}, {}, r"^max_hours: must be > 0, got 0"),
    (
        {"trials": "trials=9"},
        {},
        r"^trials: goes with fair=, got 9\. Add fair='optimizer\.lr=log\(1e-4,1\)'\.$",
    ),
    ({"untuned": "untuned=false"}, {}, r"^untuned: goes with fair=, got false\. Add fair="),
    ({"pruner": "pruner=median"}, {}, r"^pruner: goes with cnnlab tune, got median\. Leave it out of a sweep\.$"),
    ({"max_seeds": "max_seeds=9"}, {}, r"^max_seeds: goes with until=decided, got 9\. Add until=decided\.$"),
    (UNTIL | {"seed": "seed=0,1"}, {}, r"^until: decided chooses the seeds itself\. Leave seed= out\.$"),
    (UNTIL, {"arms": ("sgd",)}, r"^until: decided compares arms, got one\. Sweep over something: optimizer=sgd,adam$"),
    (UNTIL | {"baseline": "baseline=x"}, {"plain": {"baseline": "x"}}, r"^baseline: unknown arm 'x'\."),
]


def test_folds_are_not_added_until_decided():
    axes = {"optimizer": ["optimizer=sgd", "optimizer=adam"], FOLD: [f"{FOLD}=1", f"{FOLD}=2"]}
    expected = r"^until: decided adds seeds, where the number of folds is fixed\. Leave one of the two out\.$"
    with pytest.raises(ConfigError, match=expected):
        begin(expand({"": ()}, axes, [f"{FOLDS}=2"], list(axes)), lambda words: {}, UNTIL)


@pytest.mark.parametrize(("typed", "more", "message"), WRONG)
def test_what_is_wrong_is_said_before_anything_runs(typed, more, message):
    with pytest.raises(ConfigError, match=message):
        begun(typed, **more)


def test_point_that_does_not_compose_leaves_the_question_to_the_others():
    def compose(words):
        if "optimizer=sgd" in words:
            raise ConfigError("optimizer: no.")
        return {"until": "decided", "margin": 1.0}

    conversation = begin(points(), compose, {})
    assert conversation.plan is not None
