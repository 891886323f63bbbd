"""The comparison as comparison.csv, as a table for the terminal, and in Markdown."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

from cnnlab.base.printing import one_line
from cnnlab.base.schema import Plain
from cnnlab.base.texts import first_names
from cnnlab.comparison.changes import in_brief
from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.factor_tables import HEADER, factor_rows, notes_on_factors, terminal_sentence
from cnnlab.comparison.labels import MISSING, capitalised, cut_names, p_cell, percent, plus_minus
from cnnlab.comparison.reaching_tables import csv_cells, csv_columns, document_tables, notes_on_reaching
from cnnlab.comparison.statistics import Estimate
from cnnlab.comparison.verdicts import Result

STATISTICS = (
    "metric", "n", "n_pairs", "n_failed", "mean", "sd", "ci_low", "ci_high", "difference", "difference_low",
    "difference_high", "p_holm", "verdict", "seconds", "look", "p", "decided_at", "margin",
)  # fmt: skip
"""Columns of comparison.csv, behind the arm and its settings; behind them those of `reaching_tables`."""
METRIC = "test_accuracy"
BEST = "*"
"""Marks the arm that validation chooses."""
NARROWEST = 8
"""Characters that a name keeps in any case."""
MOST_ROWS, FIRST_ROWS = 30, 10
"""Arms in the terminal's table; of more than these the first by validation stand there, beside what is spoken of."""


def write_csv(comparison: Comparison) -> None:
    """Write comparison.csv: a row per arm in the order typed, accuracies in [0, 1]."""
    rows = [_csv_row(result, comparison) for result in comparison.results]
    before = comparison.beforehand
    columns = ["arm", *comparison.differing, *STATISTICS, *csv_columns(comparison), *(before.columns if before else ())]
    comparison.folder.write_rows("comparison.csv", columns, rows)


def _csv_row(result: Result, comparison: Comparison) -> Plain:
    test, difference = result.test, result.difference
    statistics = (
        METRIC, len(result.arm.finished), result.num_pairs, result.num_failed, *_cells(test), *_cells(difference)[:1],
        *_cells(difference)[2:], result.p_holm, result.verdict, result.seconds, result.look, result.p,
        result.decided_at, comparison.question.margin,
    )  # fmt: skip
    own = {key: result.arm.settings.get(key, "") for key in comparison.differing}
    told = {**dict(zip(STATISTICS, statistics)), **csv_cells(comparison, result)}
    before = comparison.beforehand.cells.get(result.arm.name, {}) if comparison.beforehand else {}
    return {"arm": result.arm.name, **own, **told, **before}


def _cells(estimate: Estimate | None) -> tuple[float | None, ...]:
    return (None,) * 4 if estimate is None else (estimate.mean, estimate.sd, estimate.low, estimate.high)


def terminal_lines(comparison: Comparison, *, width: int) -> list[str]:
    """Lay the comparison out for a terminal: table, verdict, what to consider, and the file to open.

    Args:
        comparison: what is to be said.
        width: columns of the terminal; no line is longer, commands and paths apart.
    """
    lines = [*_table(comparison, width), ""]
    for sentence in (comparison.headline, *comparison.conclusion):
        lines += textwrap.wrap(sentence, width, break_on_hyphens=False)
    if comparison.effects is not None:
        lines += _hanging("factors", terminal_sentence(comparison.effects, width - 9), width)
    if comparison.beforehand is not None:
        lines += ["", *comparison.beforehand.lines(width), ""]
        for note in comparison.beforehand.notes:
            lines += textwrap.wrap(note, width, break_on_hyphens=False)
    if comparison.terms:
        words = "; ".join(f"{term}: {meaning}" for term, meaning in comparison.terms)
        lines += ["", *_hanging("words", words, width)]
    notes = [("note", text) for text in comparison.cautions]
    notes += [("changed", text) for text in _changed(comparison)]
    notes += [("reported", text) for text in _reported(comparison)]
    notes += [(state, reason) for state, _, reason in (text.partition(": ") for text in comparison.failures)]
    lines += ["", *(line for title, text in notes for line in _hanging(title, text, width))]
    if comparison.next_step is not None:
        lines += _next(comparison.next_step, width)
    return [*lines, f"open     {comparison.folder.path / 'report.html'}"]


def _hanging(title: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=f"{title:9}" if len(title) < 9 else f"{title}  ",
        subsequent_indent=" " * 9,
        break_on_hyphens=False,
    )


def _next(text: str, width: int) -> list[str]:
    """Return the command to type next, whole, and what it does; on a line of its own where both do not fit."""
    command, gap, meaning = text.partition("  (")
    if len(text) + 9 <= width or not gap:
        return [f"next     {text}"]
    return [f"next     {command}", f"{'':9}({meaning}"]


def _table(comparison: Comparison, width: int) -> list[str]:
    """Return the table, best by validation first; of many arms those that are spoken of, and how many more there are.

    Where names do not fit, differences lose their intervals; where that is not enough, names lose their middle.
    """
    shown = spoken_of(comparison)
    rows = [_row(comparison, result) for result in shown]
    whole = [one_line(comparison.cells[result.label]) for result in shown]
    names, lines = _laid_out(comparison, whole, rows, width)
    if names != whole or max(map(len, lines)) > width:
        differences = ["" if r.difference is None else f"{100 * r.difference.mean:+.2f}" for r in shown]
        short = [[*row[:5], difference or row[5], row[6]] for row, difference in zip(rows, differences)]
        _, lines = _laid_out(comparison, whole, short, width)
    return [*lines, *_not_shown(comparison, shown, width)]


def spoken_of(comparison: Comparison) -> list[Result]:
    """Return the arms for which there is room: all, or the best, the baseline, those declared and what may be best.

    At most `MOST_ROWS`, best by validation first.
    """
    ranked = comparison.ranked
    if len(ranked) <= MOST_ROWS:
        return ranked
    alive = set(comparison.best.alive) if comparison.best is not None else set()
    reported = comparison.study.reported or {}
    wanted = [*ranked[:1], comparison.answer.reference, *(r for r in ranked if r.arm.name in reported)]
    wanted += [*ranked[:FIRST_ROWS], *(result for result in ranked if result.label in alive)]
    labels = list(dict.fromkeys(result.label for result in wanted))[:MOST_ROWS]
    return [result for result in ranked if result.label in labels]


def _not_shown(comparison: Comparison, shown: Sequence[Result], width: int) -> list[str]:
    """Say how many arms the table leaves out, how these stand, and where they are."""
    labels = {result.label for result in shown}
    rest = Counter(result.verdict for result in comparison.results if result.label not in labels)
    if not rest:
        return []
    told = first_names([f"{number:,} {verdict}" for verdict, number in rest.most_common()], most=4)
    text = f"and {rest.total():,} more arms ({told}): comparison.csv, beside the page, has all of them"
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _laid_out(
    comparison: Comparison, whole: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> tuple[list[str], list[str]]:
    """Return the names as they fit, and the lines of a table without its empty columns."""
    columns = list(zip(["", "", "n", "val %", "test %", "difference", "verdict"], *rows))
    kept = [column for place, column in enumerate(columns) if place < 2 or any(cell != MISSING for cell in column[1:])]
    widths = [max(map(len, column)) for column in kept]
    room = max(NARROWEST, width - sum(widths[1:]) - 2 * (len(widths) - 2) - 1)
    names = cut_names(whole, room)
    first = [*cut_names([one_line(comparison.heading)], room), *names]
    widths[0] = max(map(len, first))
    return names, [_line([name, *row[1:]], widths) for name, row in zip(first, zip(*kept))]


def _row(comparison: Comparison, result: Result) -> list[str]:
    num_runs, num_finished = len(result.arm.runs), len(result.arm.finished)
    return [
        "",
        BEST if result is comparison.chosen else "",
        str(num_runs) if num_runs == num_finished else f"{num_finished}/{num_runs}",
        percent(None if result.val is None else result.val.mean),
        plus_minus(result.test),
        plus_minus(result.difference, signed=True),
        result.verdict,
    ]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Set names and verdicts to the left, the mark close to its name, numbers to the right."""
    last = len(cells) - 1
    set_cells = [
        cell.ljust(width) if place in (0, 1, last) else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths))
    ]
    return f"{set_cells[0]} {'  '.join(set_cells[1:])}".rstrip()


def _changed(comparison: Comparison) -> list[str]:
    """Return what changes on the test images with the first seed, where there are two arms."""
    changes = comparison.changes
    if len(comparison.results) != 2 or changes is None or not changes.seeds:
        return []
    reference, arm = (comparison.names[each.label] for each in (changes.reference, changes.arm))
    return [in_brief(changes.seeds[0], reference=reference, arm=arm)]


def _reported(comparison: Comparison) -> list[str]:
    """Return what a report says of the arms beside what was measured."""
    measured = {result.arm.name: result for result in comparison.results}
    return [
        f"{comparison.name(measured[arm])}: {percent(figures[METRIC])} %, measured {plus_minus(measured[arm].test)}"
        for arm, figures in (comparison.study.reported or {}).items()
        if arm in measured and METRIC in figures
    ]


def document_rows(comparison: Comparison) -> list[list[str]]:
    """Return the table for a document, names in full: its header, then the arms, the best by validation first."""
    reported = comparison.study.reported or {}
    p_name = "p (Holm)" if comparison.best is None else "p (corrected)"
    header = [comparison.heading, "n", "validation %", "test %", "difference", p_name, "verdict", "s per run"]
    rows = [[*header, "reported test %"] if reported else header]
    for result in comparison.ranked:
        name, n, val, test, difference, verdict = [comparison.cells[result.label], *_row(comparison, result)[2:]]
        seconds = MISSING if result.seconds is None else f"{result.seconds:.1f}"
        row = [name, n, val, test, difference, p_cell(result.p_holm), verdict, seconds]
        rows.append([*row, percent(reported.get(result.arm.name, {}).get(METRIC))] if reported else row)
    return rows


def markdown_lines(comparison: Comparison) -> list[str]:
    """Return the table and the verdict in Markdown, names in full, then how fast the arms learnt."""
    header, *rows = document_rows(comparison)
    for result, row in zip(comparison.ranked, rows):
        if result is comparison.chosen:
            row[0] = f"**{row[0]}**"
    notes = [f"- {_in_markdown(text)}" for text in (*comparison.cautions, *comparison.failures)]
    return [
        *_markdown_table([header, *rows]),
        *_factors_in_markdown(comparison),
        *_before_in_markdown(comparison),
        "",
        _in_markdown(" ".join((comparison.headline, *comparison.conclusion))),
        *([""] if notes else []),
        *notes,
        *_how_fast_in_markdown(comparison),
    ]


def _markdown_table(rows: Sequence[Sequence[str]], *, num_names: int = 1) -> list[str]:
    """Lay rows out under the first of them; columns behind those of names stand to the right."""
    alignment = ["---" if place < num_names else "--:" for place in range(len(rows[0]))]
    cells = [[_in_markdown(cell).replace("|", r"\|") for cell in row] for row in (rows[0], alignment, *rows[1:])]
    return [f"| {' | '.join(row)} |" for row in cells]


def _factors_in_markdown(comparison: Comparison) -> list[str]:
    effects = comparison.effects
    if effects is None or not effects.factors:
        return []
    table = _markdown_table([HEADER, *factor_rows(effects)], num_names=2)
    return ["", *table, "", _in_markdown(notes_on_factors(effects))]


def _before_in_markdown(comparison: Comparison) -> list[str]:
    before = comparison.beforehand
    if before is None:
        return []
    notes = [f"- {_in_markdown(note)}" for note in before.notes]
    return ["", f"{before.title}:", "", *_markdown_table(before.rows, num_names=2), "", *notes]


def _how_fast_in_markdown(comparison: Comparison) -> list[str]:
    lines: list[str] = []
    for caption, rows in document_tables(comparison):
        lines += ["", f"{capitalised(caption)}:", "", *_markdown_table(rows)]
    return [*lines, "", _in_markdown(" ".join(notes_on_reaching(comparison)))] if lines else []


_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": r"\`", "[": r"\["}


def _in_markdown(text: str) -> str:
    """Return a text whose names are no HTML, no links and no code."""
    return "".join(_MARKUP.get(character, character) for character in one_line(text))
