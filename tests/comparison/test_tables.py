"""comparison.csv, the terminal's table, Markdown."""

import csv

import pytest

from cnnlab.comparison import compare_study, markdown_lines, terminal_lines, write_csv
from cnnlab.comparison.tables import STATISTICS
from cnnlab.outputs.study_folder import SeedPlan
from tests.comparison.study_maker import write_study

SGD, ADAM = "optimizer=sgd", "optimizer=adam"
ARMS = {SGD: [0.70, 0.71, 0.72, 0.71, 0.70], ADAM: [0.75, 0.74, 0.78, 0.76, 0.74]}


def shown(arms, *, width=80, **more):
    return terminal_lines(compare_study(write_study(arms, **more)), width=width)


def test_terminal_shows_table_headline_figures_and_the_file_to_open():
    assert shown(ARMS) == [
        "optimizer    n  val %        test %    difference  verdict",
        "adam      *  5  75.40  75.40 ± 2.08  +4.60 ± 1.42  better",
        "sgd          5  70.80  70.80 ± 1.24             –  baseline",
        "",
        "adam is better than sgd.",
        "adam is better than sgd by 4.60 points of test accuracy: p < 0.001 (paired",
        "t-test over 5 seeds); 95 % interval of this arm alone +3.18 to +6.02, on this",
        "test set of 100 images.",
        "The arms differ in optimizer.",
        "",
        "words    ±: 95 % interval of the mean, of this arm alone; difference: to sgd,",
        "         seed by seed; p: how often chance alone would show as much",
        "",
        "note     Any test set of 100 images has a sampling error of ± 8.4 points; more",
        "         seeds don't reduce it.",
        "changed  seed 0: adam fixes 5 images of sgd and breaks none (McNemar p = 0.062);",
        "         see report.html",
        "next     cnnlab predict trial-arm1-s2 IMAGE...  (classify with its best run)",
        "open     outputs/trial/report.html",
    ]


def test_one_seed_ends_with_the_command_that_adds_some():
    lines = shown({SGD: [0.9], ADAM: [0.8]}, command="cnnlab -m optimizer=sgd,adam")
    assert lines[4] == "No verdict from one seed: what differs may be chance."
    assert lines[-2] == "next     cnnlab -m optimizer=sgd,adam seed=0,1,2,3,4  (about 24 s)"
    long = "cnnlab -m optimizer=sgd,adam activation=relu model=cnn6"
    lines = shown({SGD: [0.9], ADAM: [0.8]}, command=long)
    assert lines[-3:-1] == [f"next     {long} seed=0,1,2,3,4", "         (about 24 s)"]


def test_cautions_reported_numbers_and_failures_follow_the_verdict():
    lines = shown(
        {SGD: [0.9, 0.8, 0.7], ADAM: [0.9, "failed", "waiting"]},
        more={ADAM: {"reason": "RuntimeError: boom", "epochs": 4}},
        reported={SGD: {"test_accuracy": 0.7729}, "gone": {"test_accuracy": 0.1}},
    )
    firsts = [line[:9].strip() for line in lines[lines.index("", 8) + 1 :] if line[:9].strip()]
    assert firsts == ["note", "note", "note", "changed", "reported", "failed", "open"]
    text = "\n".join(lines)
    assert "reported sgd: 77.29 %, measured 80.0 (70.0 to 90.0)\nfailed   adam (seed 1): RuntimeError: boom." in text
    assert "adam      *  1/3  90.00" in text


@pytest.mark.parametrize("num_arms", [1, 2, 7, 30])
@pytest.mark.parametrize("name", ["optimizer=o{}", "a-very-long-name-of-an-arm-{}-that-does-not-fit", "x{}" + 70 * "y"])
def test_table_keeps_to_the_width_and_its_names_apart(num_arms, name):
    arms = {name.format(i): [0.5 + i / 1000, 0.55, 0.6 - i / 900, "diverged"] for i in range(num_arms)}
    lines = shown(arms)
    table = lines[1 : lines.index("")]
    assert len(table) == num_arms
    assert max(map(len, lines)) <= 80
    firsts = {line[:13] for line in table}
    assert len(firsts) == num_arms


def test_differences_lose_their_intervals_before_names_lose_their_middle():
    names = [f"an-arm-of-thirty-three-letters-{number}" for number in (1, 2)]
    lines = shown(dict(zip(names, ARMS.values())))
    assert lines[1].startswith(f"{names[1]} *  5  75.40  75.40 ± 2.08")
    assert lines[1].endswith("       +4.60  better")


def test_two_wide_intervals_leave_the_table_within_its_width():
    lines = shown({SGD: [0.6, 0.95], ADAM: [0.7, 0.9]})
    assert lines[1] == "adam      *  2  80.00  80.0 (70.0 to 90.0)       +2.50  no difference shown"
    assert max(map(len, lines)) <= 80


def test_of_many_arms_the_best_the_baseline_and_those_declared_are_shown_and_the_rest_is_counted():
    arms = {f"optimizer=o{i}": [0.3 + i / 100 + seed / 500 for seed in range(5)] for i in range(40)}
    lines = shown(arms, baseline="optimizer=o3", reported={"optimizer=o5": {"test_accuracy": 0.7}})
    table = lines[1 : lines.index("")]
    assert [line.split()[0] for line in table[:12]] == [*(f"o{39 - place}" for place in range(10)), "o5", "o3"]
    assert table[12:] == [
        "and 28 more arms (24 better, 2 worse, 2 no difference shown): comparison.csv,",
        "beside the page, has all of them",
    ]


def test_of_many_arms_those_that_may_be_best_are_shown_as_far_as_there_is_room():
    arms = {f"optimizer=o{i}": [0.5, 0.6 + i / 1000, 0.7] for i in range(50)} | {"optimizer=bad": [0.0, 0.01, 0.02]}
    table = shown(arms)[1:]
    assert sum("may be best" in line for line in table[:30]) == 30
    assert table[30] == "and 21 more arms (21 may be best): comparison.csv, beside the page, has all of"


def test_table_without_validation_and_pairs_drops_empty_columns():
    lines = shown({"": [0.9, 0.8]}, more={"": {"val": False}})
    assert lines[:2] == [
        "arm        n               test %  verdict",
        "all runs   2  85.0 (80.0 to 90.0)  one arm: no verdict",
    ]


def test_csv_holds_a_row_per_arm_under_the_promised_columns():
    more = {SGD: {"epochs": 5}, ADAM: {"epochs": 12}}
    comparison = compare_study(write_study(ARMS, more=more))
    write_csv(comparison)
    with (comparison.folder.path / "comparison.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[: len(STATISTICS) + 3] == ["arm", "optimizer", "epochs", *STATISTICS]
    assert [(row["arm"], row["optimizer"], row["epochs"]) for row in rows] == [(SGD, "sgd", "5"), (ADAM, "adam", "12")]
    sgd, adam = rows
    assert (sgd["metric"], sgd["n"], sgd["n_pairs"], sgd["difference"]) == ("test_accuracy", "5", "0", "")
    assert float(adam["mean"]) == pytest.approx(0.754)
    assert float(adam["sd"]) == pytest.approx(0.0167332, abs=1e-7)
    assert float(adam["difference_low"]) == pytest.approx(0.0318429, abs=1e-6)
    assert float(adam["difference_high"]) == pytest.approx(0.0601571, abs=1e-6)
    assert float(adam["p_holm"]) == float(adam["p"]) == pytest.approx(0.000836, abs=1e-6)
    assert (adam["n_failed"], adam["verdict"], float(adam["seconds"])) == ("0", "better", 2.0)
    assert (adam["look"], adam["decided_at"], adam["margin"]) == ("5", "", "")


def test_csv_of_a_study_that_adds_seeds_says_when_it_was_decided():
    comparison = compare_study(write_study(ARMS, plan=SeedPlan((5, 8)), margin=1.5))
    write_csv(comparison)
    with (comparison.folder.path / "comparison.csv").open() as file:
        _, adam = csv.DictReader(file)
    assert (adam["look"], adam["decided_at"], adam["margin"]) == ("5", "5", "0.015")


def test_csv_leaves_empty_what_is_not_known():
    comparison = compare_study(write_study({SGD: [0.9], ADAM: ["failed"]}))
    write_csv(comparison)
    last = (comparison.folder.path / "comparison.csv").read_text().splitlines()[-1]
    assert last.rstrip(",") == "optimizer=adam,adam,test_accuracy,0,0,1,,,,,,,,,failed"


def test_markdown_escapes_names_and_shows_reported_numbers():
    arms = {"a|b": ARMS[SGD], "c": ARMS[ADAM]}
    lines = markdown_lines(compare_study(write_study(arms, reported={"c": {"test_accuracy": 0.8123}})))
    assert lines[:4] == [
        "| arm | n | validation % | test % | difference | p (Holm) | verdict | s per run | reported test % |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
        "| **c** | 5 | 75.40 | 75.40 ± 2.08 | +4.60 ± 1.42 | &lt; 0.001 | better | 2.0 | 81.23 |",
        "| a\\|b | 5 | 70.80 | 70.80 ± 1.24 | – | – | baseline | 2.0 | – |",
    ]
    assert lines[5].startswith("c is better than a|b. c is better than a|b by 4.60 points")


def test_names_are_neither_html_nor_links_nor_lines_of_their_own():
    arms = {"<b>x</b>": [0.70, 0.80, 0.90], "[x](http://y)\n\x1b[31m`c`": [0.75, 0.84, 0.94]}
    comparison = compare_study(write_study(arms))
    text = "\n".join(markdown_lines(comparison))
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert r"\[x](http://y)\n\x1b\[31m\`c\`" in text
    assert "<b>" not in text
    table = terminal_lines(comparison, width=120)[:3]
    assert any(r"[x](http://y)\n\x1b[31m`c`" in line for line in table)
