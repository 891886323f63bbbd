"""How fast arms learnt, as it is written."""

import csv

import pytest

from cnnlab.comparison import compare_study, markdown_lines, write_csv
from cnnlab.comparison.reaching_tables import amount, fast_section
from cnnlab.comparison.statistics import Spread, estimate_amount
from tests.comparison.study_maker import write_study

SGD, ADAM = "optimizer=sgd", "optimizer=adam"
ARMS = {SGD: [0.70, 0.71, 0.60], ADAM: [0.96, 0.96, 0.97]}


def section(arms=ARMS, **about):
    return fast_section(compare_study(write_study(arms, seconds_to=(0.7, 0.9), **about)))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([5000.0], "5,000"),
        ([1000.0, 1010.0], "1,005 ± 64"),  # t = 12.706, sd = 7.07
        ([1000.0, 3000.0], "2,000 (1,000 to 3,000)"),
    ],
)
def test_amount_is_written_with_its_interval_or_its_range(values, text):
    assert amount(estimate_amount(values, Spread()), digits=0) == text


def test_page_has_a_table_of_images_and_one_of_seconds():
    found = section()
    images, seconds = found.tables
    assert images.caption == "training images until validation accuracy was"
    assert (images.header, [result.label for result, _ in images.rows]) == (["70 %", "90 %"], [ADAM, SGD])
    (_, adam), (_, sgd) = images.rows
    assert adam[0] == ("3,000 ± 717", "", "3 epochs")
    assert sgd == [("3,000", "2 of 3 seeds", "3 epochs"), ("never", "", "")]
    assert [cells for _, cells in seconds.rows][1] == [("2.00", "2 of 3 seeds", ""), ("never", "", "")]
    assert len(found.notes) == 4


def test_notes_explain_what_the_tables_hold():
    arms = {SGD: [0.70, 0.75], ADAM: [0.97, 0.97]}
    notes = fast_section(compare_study(write_study(arms, seconds_to=(0.4, 0.5)))).notes
    assert notes[1:] == ["(a to b): lowest and highest run, where an interval says less."]
    assert section().notes[1].startswith("±: 95 % interval of this arm alone")


def test_seconds_of_runs_that_were_not_timed_alike_are_not_shown_and_it_is_said_why():
    found = section(more={SGD: {"environment": {"num_at_once": 2}}})
    assert len(found.tables) == 1
    said = "No seconds: not all runs were timed alike (adam). timing=alone trains one at a time."
    assert found.notes[-1] in (said, said.replace("adam", "sgd"))


def test_nothing_is_shown_where_no_accuracy_tells_anything():
    assert fast_section(compare_study(write_study({SGD: [0.3], ADAM: [0.2]}))) is None


def test_page_shows_the_best_of_many_arms():
    found = section({f"optimizer=o{i}": [0.5 + i / 200] for i in range(60)})
    assert len(found.tables[0].rows) == 50
    assert found.notes[0] == "The 50 best arms by validation; comparison.csv has 10 more."


def test_csv_has_its_columns_behind_the_others():
    comparison = compare_study(write_study(ARMS, seconds_to=(0.7, 0.9)))
    write_csv(comparison)
    with (comparison.folder.path / "comparison.csv").open() as file:
        sgd, adam = csv.DictReader(file)
    figures = ["reached", "never", "epochs", "steps", "images", "seconds"]
    assert [sgd[f"{name}_to_70"] for name in figures] == ["2", "1", "3.0", "", "3000.0", "2.0"]
    assert [sgd[f"{name}_to_90"] for name in figures] == ["0", "3", "", "", "", ""]
    assert float(adam["images_to_90_low"]) == pytest.approx(3000 - 717.1, abs=0.1)
    assert sgd["images_to_70_low"] == ""
    assert list(sgd)[-1] == "seconds_to_90_high"


def test_markdown_ends_with_the_tables():
    lines = markdown_lines(compare_study(write_study(ARMS, seconds_to=(0.7, 0.9))))
    at = lines.index("Training images until validation accuracy was:")
    assert lines[at + 2 : at + 6] == [
        "| optimizer | 70 % | 90 % |",
        "| --- | --: | --: |",
        "| adam | 3,000 ± 717 | 3,000 ± 717 |",
        "| sgd | 3,000 (2 of 3 seeds) | never |",
    ]
    assert "Seconds of training until validation accuracy was:" in lines
    assert lines[-1].startswith("Reached at the end of the first epoch")
