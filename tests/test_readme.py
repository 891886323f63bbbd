"""The README: short, its commands carried out in order, its two set-up commands those of CI."""

import csv

import pytest

from tests import pages
from tests.pages import README, ROOT, carry_out, examples, masked, missing, write_photos

TEXT = README.read_text(encoding="utf-8")


@pytest.mark.long
def test_commands_of_the_readme_print_what_it_shows(in_empty_folder):
    write_photos(in_empty_folder / "photos", 60, ("ants", "bees"))
    for example in examples(README):
        if example.is_marked:
            continue
        done = carry_out(example.command, *example.spared)
        assert (done.code, done.err) == (0, ""), example.command
        assert missing(example.shown, done.out) == [], (example.command, done.out)


def test_verdict_of_a_study_is_what_was_measured():
    (shown,) = (example for example in examples(README) if example.is_marked)
    assert "experiment=activation_study scale=half" in shown.command
    with (ROOT / "docs" / "studies" / "activation_study" / "comparison.csv").open(encoding="utf-8") as file:
        measured = {row["activation"]: row for row in csv.DictReader(file)}
    rows = [line.replace(" *", "").split() for line in shown.shown[1:5]]
    assert {row[0] for row in rows} == set(measured)
    for name, seeds, _, mean, *_, verdict in rows:
        expected = measured[name]
        assert [seeds, mean, verdict] == [expected["n"], f"{100 * float(expected['mean']):.2f}", expected["verdict"]]
        if expected["difference"]:
            assert f" {100 * float(expected['difference']):+.2f} ± " in "\n".join(shown.shown)


def test_readme_is_read_in_three_minutes():
    assert len(TEXT.splitlines()) < 150
    assert len(list(examples(README))) >= 3


def test_set_up_is_two_commands_which_ci_carries_out():
    commands = pages.blocks(README, "bash")[0].strip().splitlines()
    ci = (ROOT / ".ci" / "run").read_text()
    assert len(commands) == 2
    for part in ("scripts/install", "train optimizer=adam activation=relu", "scripts/install test", "scripts/test"):
        assert part in " ".join(commands)
        assert part in ci


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("test   0.09   97.2 %   349 of 359", "test 0.1    98 %   48 of 49"),
        ("batch  *  5  98.90  97.05 ± 0.87  -  best", "batch  5  98.9  97 ± 0.9  -  best"),
        ("run      lenet-batch-relu-adam-s1-1b27f0097b", "run      lenet-batch-relu-adam-s1-00aa11bb22"),
    ],
)
def test_figures_and_hashes_make_no_difference(line, same):
    assert masked(line) == masked(same)


def test_another_word_makes_a_difference():
    assert missing(("open a.csv", "total 3"), "open b.csv\ntotal 4") == ["open a.csv"]
