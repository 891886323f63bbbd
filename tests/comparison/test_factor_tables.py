"""What is said of factors: rows, sentences, two lines in the terminal."""

import textwrap

import pytest

from cnnlab.comparison import markdown_lines, terminal_lines
from cnnlab.comparison.factor_tables import interaction_sentence, terminal_sentence
from tests.comparison.grid_maker import GRID, effects_of, grid_study


def grid_of(values):
    """Return a grid of three activations and three optimizers: (optimizer, activation) -> accuracies."""
    arms = {(o, a): [0.5, 0.5, 0.5] for o in ("sgd", "momentum", "adam") for a in ("relu", "gelu", "tanh")} | values
    return {f"optimizer={o} activation={a}": own for (o, a), own in arms.items()}


def test_terminal_says_of_each_factor_what_is_ahead_and_by_how_much():
    lines = terminal_lines(grid_study(), width=80)
    place = next(place for place, line in enumerate(lines) if line.startswith("factors"))
    assert lines[place : place + 2] == [
        "factors  optimizer: adam over sgd by 4.00 points (over 3 activations);",
        "         activation: gelu over relu by 3.00 points (over 2 optimizers)",
    ]


def test_factor_without_a_winner_is_said_with_what_is_left():
    ahead = {("adam", a): [0.7, 0.7, 0.7] for a in ("relu", "gelu", "tanh")}
    assert terminal_sentence(effects_of(grid_of(ahead)), 200) == (
        "optimizer: adam over sgd by 20.00 points (over 3 activations); activation: no winner yet"
    )
    two = ahead | {("sgd", a): [0.7, 0.71, 0.69] for a in ("relu", "gelu", "tanh")}
    assert terminal_sentence(effects_of(grid_of(two)), 200).startswith("optimizer: sgd or adam of 3; ")


def test_interaction_is_said_where_it_is_shown():
    effects = effects_of(grid_of({("adam", "gelu"): [0.9, 0.9, 0.9]}))
    assert terminal_sentence(effects, 200).endswith("; optimizer and activation interact (adam with gelu +17.78)")
    (shown,), (none,) = effects.interactions, effects_of(GRID).interactions
    assert interaction_sentence(shown) == (
        "they interact, most in adam with gelu: +17.78 ± 0.25 points beside the sum of both effects (p < 0.001, "
        "corrected)."
    )
    assert interaction_sentence(none) == (
        "no interaction is shown; the largest is of sgd with gelu: -1.00 ± 3.31 points beside the sum of both effects "
        "(p = 0.65, corrected)."
    )


@pytest.mark.parametrize("num_factors", [2, 3, 5, 8])
def test_terminal_takes_two_lines_for_any_number_of_factors(num_factors):
    arms = {
        " ".join(f"a_factor_{key}={point >> key & 1}" for key in range(num_factors)): [0.5, 0.5 + point / 1000]
        for point in range(2**num_factors)
    }
    text = terminal_sentence(effects_of(arms), 71)
    assert len(textwrap.wrap(text, 71)) <= 2
    assert "a_factor_0" in text or text == "0 of 8 have a best value; the page shows them"


def test_markdown_holds_a_table_of_factors_below_that_of_arms():
    lines = markdown_lines(grid_study())
    place = lines.index("| factor | value | mean test % | difference | p (corrected) | verdict |")
    assert lines[place + 1 : place + 4] == [
        "| --- | --- | --: | --: | --: | --: |",
        "| optimizer | adam | 84.00 ± 0.83 | – | – | best |",
        "| optimizer | sgd | 80.00 ± 0.83 | -4.00 ± 1.66 | 0.009 | ruled out |",
    ]
    assert lines[place - 1] == ""
    assert lines[place + 8].startswith("Means over the other factors within a seed, over 3 seeds; ")


def test_lacking_grid_has_no_table_but_a_sentence():
    comparison = grid_study({name: own[:1] for name, own in GRID.items()})
    assert "factors  No effects from one seed" in terminal_lines(comparison, width=80)
    assert not any("mean test %" in line for line in markdown_lines(comparison))
