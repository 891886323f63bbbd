"""Main effects and interactions of a grid, against numbers worked by hand."""

import math

import numpy as np
import pytest

from cnnlab.comparison.statistics import Spread, estimate_difference
from cnnlab.outputs.study_folder import SeedPlan
from tests.comparison.grid_maker import GRID, effects_of

T = 4.302653  # exceeded by |t| with two degrees of freedom in one of 20 cases


def two_sided(t_squared):
    """P of the t-test with two degrees of freedom."""
    return 1 - math.sqrt(t_squared / (t_squared + 2))


def test_of_two_values_the_means_within_seeds_are_compared_by_the_two_sided_test():
    optimizer, _ = effects_of(GRID).factors
    assert (optimizer.name, optimizer.over) == ("optimizer", "3 activations")
    sgd, adam = optimizer.levels
    assert (sgd.value, sgd.verdict, adam.value, adam.verdict) == ("sgd", "ruled out", "adam", "best")
    assert (sgd.test.mean, adam.test.mean) == (pytest.approx(0.80), pytest.approx(0.84))
    # sgd - adam: -0.04, -0.14 / 3, -0.1 / 3, so t = -0.04 / (0.02 / 3 / sqrt(3)), t^2 = 108
    assert sgd.difference.mean == pytest.approx(-0.04)
    assert sgd.difference.half_width == pytest.approx(T * 0.02 / 3 / math.sqrt(3), rel=1e-6)
    assert sgd.p == pytest.approx(two_sided(108))
    assert (adam.difference, adam.p) == (None, None)


def test_of_several_values_those_that_may_be_the_best_are_left():
    _, activation = effects_of(GRID).factors
    relu, gelu, tanh = activation.levels
    assert [level.value for level in activation.ranked] == ["gelu", "relu", "tanh"]
    assert [level.verdict for level in (relu, gelu, tanh)] == ["ruled out", "best", "ruled out"]
    # All seeds agree: the spread is one of 1,000 test images, t^2 = (0.03 / 0.001)^2 * 3. Two one-sided comparisons.
    assert relu.p == pytest.approx(2 * two_sided(2700) / 2)
    assert relu.difference.half_width == pytest.approx(T * 0.001 / math.sqrt(3), rel=1e-6)


def test_values_that_are_not_told_apart_are_all_left():
    arms = {name: [0.1, 0.9, 0.5] if "adam" in name else [0.5, 0.1, 0.9] for name in GRID}
    optimizer, activation = effects_of(arms).factors
    assert [level.verdict for level in (*optimizer.levels, *activation.levels)] == ["may be best"] * 5
    assert [level.value for level in optimizer.left] == ["sgd", "adam"]


def test_interaction_is_what_a_cell_has_beside_both_effects():
    (found,) = effects_of(GRID).interactions
    assert (found.row_name, found.column_name, found.is_shown) == ("optimizer", "activation", False)
    relu, gelu, tanh, *of_adam = found.cells
    assert [cell.effect.mean for cell in (relu, gelu, tanh)] == pytest.approx([0, -0.01, 0.01])
    assert [cell.effect.mean for cell in of_adam] == pytest.approx([0, 0.01, -0.01])  # of two rows the mirror image
    assert gelu.test.mean == pytest.approx(0.82)
    # gelu: -0.01, 0.01 / 3, -0.07 / 3; tanh: 0.01, 0.01 / 3, 0.05 / 3. Holm over three tests, not over six.
    assert tanh.p == of_adam[2].p == pytest.approx(3 * two_sided(6.75))
    assert gelu.p == pytest.approx(2 * two_sided(1.6875))
    assert relu.p == pytest.approx(1)
    assert gelu.effect.half_width == pytest.approx(T * 0.04 / 3 / math.sqrt(3), rel=1e-6)


def test_interaction_that_is_shown_is_named_before_a_larger_one_that_is_not():
    wild = {"optimizer=sgd activation=relu": [0.60, 0.94, 0.98], "optimizer=sgd activation=tanh": [0.68, 0.34, 0.30]}
    (found,) = effects_of({name: [0.8, 0.8, 0.8] for name in GRID} | wild).interactions
    assert found.is_shown
    assert (found.largest.row, found.largest.column) == ("sgd", "gelu")
    assert max(abs(cell.effect.mean) for cell in found.cells) > abs(found.largest.effect.mean)


def test_three_factors_are_averaged_over_the_other_two():
    rng = np.random.default_rng(0)
    values = np.round(rng.uniform(0.5, 0.9, (2, 3, 2, 4)), 3)
    arms = {
        f"optimizer={optimizer} activation={activation} epochs={epochs}": values[i, j, k].tolist()
        for i, optimizer in enumerate(("sgd", "adam"))
        for j, activation in enumerate(("relu", "gelu", "tanh"))
        for k, epochs in enumerate("25")
    }
    found = effects_of(arms)
    assert [(factor.name, factor.over) for factor in found.factors] == [
        ("optimizer", "6 combinations"), ("activation", "4 combinations"), ("epochs", "6 combinations"),
    ]  # fmt: skip
    epochs = found.factors[2].levels
    assert [level.value for level in epochs] == ["2", "5"]
    means = np.array(
        [[np.mean([values[i, j, k, s] for i in range(2) for j in range(3)]) for s in range(4)] for k in (0, 1)]
    )
    low, high = sorted((0, 1), key=lambda k: means[k].mean())
    assert epochs[high].test.mean == pytest.approx(means[high].mean())
    expected = estimate_difference((means[low] - means[high]).tolist(), Spread(0.001))
    assert epochs[low].difference.half_width == pytest.approx(expected.half_width)
    assert len(found.interactions) == 3
    pair = found.interactions[1]  # optimizer and epochs
    cell = next(c for c in pair.cells if (c.row, c.column) == ("adam", "2"))
    of_pair = values.mean(axis=1)  # (2, 2, 4)
    contrast = of_pair[1, 0] - of_pair[1].mean(axis=0) - of_pair[:, 0].mean(axis=0) + of_pair.mean(axis=(0, 1))
    assert (pair.row_name, pair.column_name) == ("optimizer", "epochs")
    assert cell.effect.mean == pytest.approx(contrast.mean())


@pytest.mark.parametrize(
    "arms",
    [
        {"optimizer=sgd": [0.8, 0.9], "optimizer=adam": [0.8, 0.9]},
        {"optimizer=sgd optimizer.lr=0.1": [0.8, 0.9], "optimizer=adam optimizer.lr=0.001": [0.8, 0.9]},
        {"small": [0.8, 0.9], "large epochs=3": [0.8, 0.9]},
        {"": [0.8, 0.9]},
    ],
    ids=["one key", "zipped", "different keys", "one arm"],
)
def test_arms_that_are_no_grid_have_no_factors(arms):
    assert effects_of(arms) is None


def test_named_arms_are_a_factor_and_settings_that_were_zipped_are_one_together():
    arms = {
        f"{arm} optimizer={o} optimizer.lr={lr}": own
        for arm, own in (("small", [0.80, 0.81]), ("large", [0.70, 0.72]))
        for o, lr in (("sgd", 0.1), ("momentum", 0.1), ("adam", 0.001))
    }
    found = effects_of(arms)
    arm, optimizer = found.factors
    assert (arm.name, arm.over) == ("arm", "3 values of optimizer/lr")
    assert (optimizer.name, optimizer.over) == ("optimizer/lr", "2 arms")
    assert [level.value for level in optimizer.levels] == ["sgd/0.1", "momentum/0.1", "adam/0.001"]
    (pair,) = found.interactions
    assert (pair.row_name, pair.column_name) == ("arm", "optimizer/lr")


def test_what_was_left_out_of_a_grid_may_make_two_settings_one():
    arms = {
        f"optimizer={o} normalization={n} activation={a} epochs=3": [0.8 + shift, 0.81 + shift]
        for o, n, shift in (("sgd", "none", 0.0), ("adam", "batch", 0.1))
        for a in ("relu", "tanh")
    }
    assert [factor.name for factor in effects_of(arms).factors] == ["optimizer/normalization", "activation"]


LACKING = [
    ({"optimizer=adam activation=tanh": None}, "No effects: of 6 combinations 1 is missing."),
    ({"optimizer=adam activation=tanh": [0.8, "diverged", 0.8]},
     "No effects: adam tanh is diverged in 1 of 3."),
    ({"optimizer=adam activation=tanh": [0.8, "waiting", "waiting"]},
     "No effects: arms have fewer than two seeds in common."),
    ({name: own[:1] for name, own in GRID.items()}, "No effects from one seed."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "note"), LACKING)
def test_what_is_lacking_is_said_in_one_sentence(change, note):
    found = effects_of({name: own for name, own in (GRID | change).items() if own is not None})
    assert (list(found.factors), list(found.interactions), found.note) == ([], [], note)


def test_study_that_adds_seeds_is_judged_by_those_of_its_first_look():
    arms = {name: [*own, own[0]] for name, own in GRID.items()}
    arms["optimizer=sgd activation=relu"] = arms["optimizer=sgd activation=relu"][:3]
    found = effects_of(arms, plan=SeedPlan((3, 4)))
    assert found.seeds == 3
    assert found.note == "Over the 3 seeds of the first look, which all arms have; later ones depend on it."
    assert found.factors[0].levels[0].p == pytest.approx(two_sided(108))
    early = effects_of(GRID, plan=SeedPlan((5, 8)))
    assert early.note == "No effects yet: the first look is at 5 seeds."
