"""The comparison as LaTeX: tables with booktabs, to be pasted into a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnnlab.base.printing import one_line
from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.factor_tables import HEADER, factor_rows, notes_on_factors
from cnnlab.comparison.labels import capitalised, p_cell, percent, plus_minus
from cnnlab.comparison.methods import methods
from cnnlab.comparison.reaching_tables import document_tables, notes_on_reaching
from cnnlab.comparison.verdicts import Result


def latex_lines(comparison: Comparison) -> list[str]:
    """Return a table of the arms, validation's choice in bold; below it a grid's factors, and how fast arms learnt."""
    p_name = "p (Holm)" if comparison.best is None else "p (corrected)"
    header = [comparison.heading, "n", "validation %", "test %", "difference", p_name, "verdict"]
    rows = [_row(comparison, result) for result in comparison.ranked]
    about = methods(comparison.answer, comparison.question, comparison.names)
    chosen = "Bold: chosen by validation. " if comparison.chosen is not None else ""
    label = _label(comparison.study.study)
    table = _table(header, rows, "lrrrrrl", f"{comparison.headline} {chosen}{about}", label)
    factors, how_fast = _factors(comparison, f"{label}-factors"), _how_fast(comparison, f"{label}-speed")
    return ["% needs \\usepackage{booktabs}", *table, *factors, *how_fast]


def _row(comparison: Comparison, result: Result) -> list[str]:
    name = in_latex(comparison.cells[result.label])
    val = percent(None if result.val is None else result.val.mean)
    difference, p = plus_minus(result.difference, signed=True), p_cell(result.p_holm)
    cells = [str(len(result.arm.finished)), val, plus_minus(result.test), difference, p, result.verdict]
    return [f"\\textbf{{{name}}}" if result is comparison.chosen else name, *map(in_latex, cells)]


def _factors(comparison: Comparison, label: str) -> list[str]:
    effects = comparison.effects
    if effects is None or not effects.factors:
        return []
    rows = [list(map(in_latex, row)) for row in factor_rows(effects)]
    return ["", *_table(HEADER, rows, "llrrrl", notes_on_factors(effects), label)]


def _how_fast(comparison: Comparison, label: str) -> list[str]:
    lines: list[str] = []
    for number, (name, (header, *rows)) in enumerate(document_tables(comparison), 1):
        cells = [list(map(in_latex, row)) for row in rows]
        caption = f"{capitalised(name)} so high. {' '.join(notes_on_reaching(comparison))}"
        lines += ["", *_table(header, cells, "l" + "r" * (len(header) - 1), caption, f"{label}-{number}")]
    return lines


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], columns: str, caption: str, label: str) -> list[str]:
    """Lay a table out; cells of the rows are LaTeX, header and caption are not yet."""
    return [
        r"\begin{table}",
        r"  \centering",
        f"  \\caption{{{in_latex(caption)}}}",
        f"  \\label{{tab:{label}}}",
        f"  \\begin{{tabular}}{{{columns}}}",
        r"    \toprule",
        f"    {' & '.join(map(in_latex, header))} \\\\",
        r"    \midrule",
        *(f"    {' & '.join(row)} \\\\" for row in rows),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]


def _label(study: str) -> str:
    """Return a name that \\ref takes."""
    return re.sub("[^A-Za-z0-9]+", "-", study).strip("-") or "study"


_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"$<$", ">": r"$>$", "|": r"$|$", "±": r"$\pm$",
    "–": "--", "·": r"$\cdot$", '"': r"\textquotedbl{}",
}  # fmt: skip


def in_latex(text: str) -> str:
    """Return a text whose characters mean themselves; the sign of a number is a minus, not a hyphen."""
    escaped = "".join(_SPECIAL.get(character, character) for character in one_line(text))
    return re.sub(r"(?<![\w-])-(?=\d)", "$-$", escaped)
