import pytest

from cnnlab.sweeps.points import Point, expand, key_of, word_of_arm


def test_seeds_are_outermost_then_the_swept_values_then_the_arms():
    axes = {"activation": ["activation=relu", "activation=tanh"], "seed": ["seed=0", "seed=1"]}
    points = expand({"slow": ["optimizer=sgd"], "fast": []}, axes, ["epochs=3"], list(axes))
    assert [point.label for point in points] == [
        f"{arm} activation={name} seed={seed}" for seed in "01" for name in ("relu", "tanh") for arm in ("slow", "fast")
    ]
    assert points[0].overrides == ["optimizer=sgd", "epochs=3", "activation=relu", "seed=0"]


def test_what_is_given_beats_what_an_arm_says_of_it():
    (point,) = expand({"slow": ["optimizer=sgd", "epochs=9"]}, {}, ["epochs=3"], ["epochs"])
    assert point.overrides == ["optimizer=sgd", "epochs=3"]


def test_point_of_a_sweep_over_nothing_has_a_name_all_the_same():
    assert Point("", (), ("seed=4",), (), "").label == "the run"


def test_key_of_an_override_has_no_signs():
    assert [key_of(text) for text in ("a.b=1", "+a.b=1", "~a.b", "++a.b=1=2")] == ["a.b"] * 4


def test_folds_are_outermost_and_in_no_name_of_an_arm():
    axes = {"activation": ["activation=relu", "activation=tanh"], "dataset.fold": ["dataset.fold=1", "dataset.fold=2"]}
    points = expand({"": ()}, axes, ["dataset.folds=2"], list(axes))
    assert [point.label for point in points] == [f"activation={a} fold={f}" for f in "12" for a in ("relu", "tanh")]
    assert {point.arm for point in points} == {"activation=relu", "activation=tanh"}
    assert points[0].overrides == ["dataset.folds=2", "activation=relu", "dataset.fold=1"]


@pytest.mark.parametrize(
    ("name", "word"), [("no decay", "arm=no decay"), ("a, b", 'arm="a, b"'), ('a "b"', 'arm="a \\"b\\""')]
)
def test_arm_is_chosen_between_quotes_where_its_name_has_more_than_words(name, word):
    assert word_of_arm(name) == word
