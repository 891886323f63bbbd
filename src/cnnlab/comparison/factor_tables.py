"""What a grid says of its factors, in words and as rows of tables: terminal, Markdown, LaTeX and the page."""

from __future__ import annotations

import textwrap

from cnnlab.comparison.factors import Effects, Factor, Interaction
from cnnlab.comparison.labels import any_of, capitalised, p_cell, p_text, plus_minus

HEADER = ("factor", "value", "mean test %", "difference", "p (corrected)", "verdict")
MOST_LINES = 2
"""In the terminal."""


def factor_rows(effects: Effects) -> list[list[str]]:
    """Return the rows under `HEADER`: the values of each factor, the highest mean first."""
    return [
        [factor.name, level.value, plus_minus(level.test), plus_minus(level.difference, signed=True), p_cell(level.p),
         level.verdict]
        for factor in effects.factors
        for level in factor.ranked
    ]  # fmt: skip


def about_factors(effects: Effects) -> str:
    """Return what is to be known of the table, or why there is none."""
    if not effects.factors:
        return effects.note or ""
    over = f"Means over the other factors within a {effects.noun}, over {effects.seeds} {effects.noun}s"
    about = (
        f"{over}; ± and differences are 95 % intervals of one value alone. Each factor is tested by itself at 5 %: "
        "what is ruled out is so on the average over the others."
    )
    return f"{effects.note} {about}" if effects.note else about


def notes_on_factors(effects: Effects) -> str:
    """Return the same, and whether factors interact."""
    of_pairs = [f"{one.row_name} and {one.column_name}: {interaction_sentence(one)}" for one in effects.interactions]
    return " ".join([about_factors(effects), *map(capitalised, of_pairs)])


def interaction_sentence(interaction: Interaction) -> str:
    """Say whether the effect of one factor depends on the other, and where most."""
    cell = interaction.largest
    where = f"{cell.row} with {cell.column}"
    amount = (
        f"{plus_minus(cell.effect, signed=True)} points beside the sum of both effects ({p_text(cell.p)}, corrected)"
    )
    if interaction.is_shown:
        return f"they interact, most in {where}: {amount}."
    return f"no interaction is shown; the largest is of {where}: {amount}."


def terminal_sentence(effects: Effects, width: int) -> str:
    """Return one sentence on all factors; one that takes more than `MOST_LINES` lines of this width is shortened."""
    if not effects.factors:
        return (effects.note or "").removesuffix(".")
    more = [_interact(one) for one in effects.interactions if one.is_shown]
    told = [[tell(factor) for factor in effects.factors] for tell in (_in_words, _briefly)]
    candidates = ["; ".join(words) for own in told for words in ([*own, *more], own)]
    found = sum(len(factor.left) == 1 for factor in effects.factors)
    counted = f"{found} of {len(effects.factors)} have a best value; the page shows them"
    return next((text for text in candidates if len(textwrap.wrap(text, width)) <= MOST_LINES), counted)


def _interact(interaction: Interaction) -> str:
    cell = interaction.largest
    most = f"{cell.row} with {cell.column} {100 * cell.effect.mean:+.2f}"
    return f"{interaction.row_name} and {interaction.column_name} interact ({most})"


def _in_words(factor: Factor) -> str:
    """`optimizer: adam over momentum by 4.10 points (over 3 activations)`, `optimizer: adam or nadam of 5`."""
    first, second = factor.ranked[:2]
    if len(factor.left) > 1 or second.difference is None:
        return _briefly(factor)
    ahead = f"{100 * -second.difference.mean:.2f} points"
    return f"{factor.name}: {first.value} over {second.value} by {ahead} (over {factor.over})"


def _briefly(factor: Factor) -> str:
    if len(factor.left) == len(factor.levels):
        return f"{factor.name}: no winner yet"
    return f"{factor.name}: {any_of([level.value for level in factor.left])} of {len(factor.levels)}"
