"""LaTeX: booktabs, nothing unescaped, the arm chosen by validation in bold."""

import re

import pytest

from cnnlab.comparison import compare_study
from cnnlab.comparison.latex import in_latex, latex_lines
from tests.comparison.grid_maker import GRID, grid_study
from tests.comparison.study_maker import write_study

ARMS = {"optimizer=sgd": [0.70, 0.71, 0.72, 0.71, 0.70], "optimizer=adam": [0.75, 0.74, 0.78, 0.76, 0.74]}


def test_table_of_arms_is_this():
    lines = latex_lines(compare_study(write_study(ARMS, name="my_study")))
    assert lines[: lines.index(r"\end{table}") + 1] == [
        r"% needs \usepackage{booktabs}",
        r"\begin{table}",
        r"  \centering",
        r"  \caption{adam is better than sgd. Bold: chosen by validation. Differences to sgd were tested by paired "
        r"t-tests over seeds (Student 1908), corrected over arms by Holm (1979), which bounds the family-wise error "
        r"by 5 \%. Runs of one seed share initial weights where modules agree, data order and augmentation, so they "
        r"are paired. A verdict covers initial weights, data order and augmentation; all runs share one split of the "
        r"images (sources of variation: Bouthillier et al. 2021). Arms are ranked by validation; verdicts are on "
        r"test.}",
        r"  \label{tab:my-study}",
        r"  \begin{tabular}{lrrrrrl}",
        r"    \toprule",
        r"    optimizer & n & validation \% & test \% & difference & p (Holm) & verdict \\",
        r"    \midrule",
        r"    \textbf{adam} & 5 & 75.40 & 75.40 $\pm$ 2.08 & +4.60 $\pm$ 1.42 & $<$ 0.001 & better \\",
        r"    sgd & 5 & 70.80 & 70.80 $\pm$ 1.24 & -- & -- & baseline \\",
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("batch_size", r"batch\_size"),
        ("5 % & more #1 $x ~ ^", r"5 \% \& more \#1 \$x \textasciitilde{} \textasciicircum{}"),
        (r"a\b{c}", r"a\textbackslash{}b\{c\}"),
        ("p < 0.001", "p $<$ 0.001"),
        ("-3.56 ± 1.18", r"$-$3.56 $\pm$ 1.18"),
        ("1e-3", "1e-3"),
        ("a\nb", r"a\textbackslash{}nb"),
    ],
)
def test_characters_mean_themselves(text, latex):
    assert in_latex(text) == latex


def test_any_name_leaves_braces_balanced_and_rows_whole():
    arms = {r"x_{\y} & 5% $#~^": ARMS["optimizer=sgd"], "c}": ARMS["optimizer=adam"], "a\\\\b": ["diverged", 0.5, 0.5]}
    lines = latex_lines(compare_study(write_study(arms)))
    text = re.sub(r"\\[\\{}&%$#_]", "", "\n".join(lines[1:]))
    assert text.count("{") == text.count("}")
    assert not re.search(r"[#_~^]", text)
    assert text.count("$") % 2 == 0
    start, end = lines.index(r"    \midrule"), lines.index(r"    \bottomrule")
    rows = lines[start + 1 : end]
    assert len(rows) == 3
    assert all(row.endswith(r" \\") and len(re.findall(r"(?<!\\)&", row)) == 6 for row in rows)


def test_how_fast_arms_learnt_follows_in_tables_of_images_and_seconds():
    lines = latex_lines(compare_study(write_study(ARMS, seconds_to=(0.72,), name="my_study")))
    assert [line for line in lines if "label" in line] == [
        r"  \label{tab:my-study}", r"  \label{tab:my-study-speed-1}", r"  \label{tab:my-study-speed-2}",
    ]  # fmt: skip
    assert r"    optimizer & 72 \% \\" in lines
    assert r"    adam & 3,000 $\pm$ 358 \\" in lines
    assert r"    sgd & 2.00 (1 of 5 seeds) \\" in lines


def test_factors_of_a_grid_follow_in_a_table_of_their_own():
    lines = latex_lines(grid_study(GRID, name="grid"))
    assert r"  \label{tab:grid-factors}" in lines
    assert r"    optimizer & sgd & 80.00 $\pm$ 0.83 & $-$4.00 $\pm$ 1.66 & 0.009 & ruled out \\" in lines
