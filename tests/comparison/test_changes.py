"""Two arms, image by image."""

import re
import time

import pytest
from scipy.stats import binomtest

from cnnlab.comparison import compare_study
from cnnlab.comparison.arms import Run
from cnnlab.comparison.changes import (
    COLUMNS,
    SeedChanges,
    choose_pair,
    find_changes,
    in_brief,
    in_words,
    mcnemar_p,
    write_changes,
)
from tests.comparison.study_maker import write_answers, write_study


def arms_of(*predicted, files=None):
    """Write a run with these answers for each arm, as `write_answers`; return the study's comparison and its arms."""
    comparison = compare_study(write_study({f"arm{number}": [0.9] for number in range(len(predicted))}))
    arms = [result.arm for result in comparison.results]
    for arm, letters in zip(arms, predicted):
        write_answers(arm.runs[0].folder, letters, targets="cdcdc", files=files)
    return comparison, arms


def seed_of(fixed, broken):
    run = Run("0", None, "finished", None, {}, {}, {})
    return SeedChanges("0", run, run, [None] * fixed, [None] * broken, 0, 0)


@pytest.mark.parametrize(("fixed", "broken"), [(14, 3), (3, 14), (1, 0), (5, 5), (40, 61), (1200, 1050)])
def test_p_is_that_of_the_binomial_test(fixed, broken):
    expected = binomtest(fixed, fixed + broken, 0.5).pvalue
    assert mcnemar_p(fixed, broken) == pytest.approx(expected, rel=1e-9)


def test_p_of_a_worked_example_and_of_no_image():
    """Of 9 images 8 are fixed: 2 (1 + 9) / 2^9."""
    assert mcnemar_p(8, 1) == pytest.approx(20 / 512)
    assert mcnemar_p(0, 0) == 1.0


def test_images_are_fixed_broken_right_or_wrong_in_both():
    """Wrong in two ways is no change."""
    _, arms = arms_of("ccdbc", "cdcdd", files=["a.png", "b.png", "c.png", "d.png", "e.png"])
    (seed,) = find_changes(*arms).seeds
    assert [(each.index, each.file, each.before, each.after) for each in seed.fixed] == [
        (1, "b.png", "cat", "dog"),
        (2, "c.png", "dog", "cat"),
        (3, "d.png", "bird", "dog"),
    ]
    assert [(each.index, each.target, each.before, each.after) for each in seed.broken] == [(4, "cat", "cat", "dog")]
    assert (seed.both_right, seed.both_wrong) == (1, 0)
    _, arms = arms_of("bcddd", "dcddd")
    (seed,) = find_changes(*arms).seeds
    assert (seed.fixed, seed.broken, seed.both_right, seed.both_wrong) == ([], [], 1, 4)


def test_only_seeds_that_both_finished_are_held_against_each_other():
    comparison = compare_study(write_study({"a": [0.9, "failed", 0.8, 0.7], "b": [0.8, 0.9, "diverged", 0.7]}))
    changes = find_changes(*(result.arm for result in comparison.results))
    assert [seed.unit for seed in changes.seeds] == ["0", "3"]
    assert changes.notes == []


OTHER = "index,target,predicted\n"
NOT_COMPARED = [
    (None, r"\S+predictions\.csv is not there\."),
    ("index,score\n0,1\n", r"\S+predictions\.csv cannot be read, no column target\. It has: index, score\."),
    (f"{OTHER}0,cat,c\xe9\n", r"\S+predictions\.csv cannot be read, 'utf-8' codec can't decode"),
    (f"{OTHER}x,cat,cat\n", r"\S+predictions\.csv cannot be read, invalid literal for int"),
    (f"{OTHER}0,cat,cat\n", r"the predictions of the two runs are of different images\."),
    (OTHER + "".join(f"{i},dog,dog\n" for i in range(5)), r"the predictions of the two runs are of different images\."),
]


@pytest.mark.parametrize(("content", "told"), NOT_COMPARED)
def test_seed_without_comparable_predictions_is_left_out_and_told(content, told):
    _, arms = arms_of("ccccc", "ddddd")
    path = arms[1].runs[0].folder.predictions
    path.unlink() if content is None else path.write_bytes(content.encode("latin-1"))
    changes = find_changes(*arms)
    assert changes.seeds == []
    assert re.match(f"Seed 0 is left out: {told}", *changes.notes)


PAIRS = [
    ({"a": [0.7, 0.7], "b": [0.9, 0.9], "c": [0.8, 0.8]}, None, ("c", "b")),
    ({"a": [0.7, 0.7], "b": [0.9, 0.9], "c": [0.8, 0.8]}, "a", ("a", "b")),
    ({"a": [0.7, 0.7], "b": [0.9, 0.9], "c": [0.8, 0.8]}, "b", ("b", "c")),
    ({"a": [0.9, 0.7], "b": [0.8, 0.8]}, None, ("b", "a")),  # equal means: the first typed goes before
    ({"a": [0.7, 0.7], "b": [0.9, "diverged"], "c": [0.6, 0.6]}, None, ("c", "a")),
    ({"a": [0.7, 0.7], "b": [0.9, "diverged"]}, None, ("b", "a")),
    ({"a": [0.7, 0.7], "b": ["failed", "failed"]}, None, None),
    ({"a": ["failed", "failed"], "b": [0.7, 0.7]}, "a", None),
    ({"a": [0.7, 0.7]}, None, None),
]


@pytest.mark.parametrize(("arms", "named", "pair"), PAIRS)
def test_pair_is_the_named_baseline_and_the_best_other_arm_or_the_two_best(arms, named, pair):
    results = compare_study(write_study(arms)).results
    baseline = next((result for result in results if result.label == named), None)
    found = choose_pair(results, baseline)
    assert (None if found is None else tuple(result.label for result in found)) == pair


def test_words_say_what_changes_and_what_the_test_does_not_tell():
    assert in_words(seed_of(14, 3), reference="sgd", arm="adam") == (
        "adam answers 14 images right that sgd gets wrong, and 3 the other way round (seed 0). McNemar's exact test: "
        "p = 0.013. It tells whether these two networks differ on these images, not whether the settings do: that is "
        "the verdict above."
    )
    assert in_words(seed_of(1, 0), reference="sgd", arm="adam").startswith(
        "adam answers 1 image right that sgd gets wrong, and none the other way round (seed 0). McNemar's"
    )
    assert in_words(seed_of(0, 0), reference="sgd", arm="adam") == (
        "adam and sgd are right on the same images, and wrong on the same (seed 0)."
    )


def test_line_of_a_terminal_is_brief():
    brief = in_brief(seed_of(14, 3), reference="sgd", arm="adam")
    assert brief == "seed 0: adam fixes 14 images of sgd and breaks 3 (McNemar p = 0.013); see report.html"
    assert in_brief(seed_of(0, 0), reference="sgd", arm="adam").startswith("seed 0: adam fixes no images of sgd and b")


def test_file_has_a_row_for_each_image_that_exactly_one_gets_right():
    comparison, arms = arms_of("ccccc", "cdcdd", files=["=a.png", "b", "c", "d", "e"])
    write_changes(comparison.folder, find_changes(*arms))
    rows = comparison.folder.read_rows("changes.csv")
    assert tuple(rows[0]) == COLUMNS
    assert [tuple(row.values()) for row in rows] == [
        ("0", "", "1", "b", "dog", "fixed", "arm0", "cat", "arm1", "dog"),
        ("0", "", "3", "d", "dog", "fixed", "arm0", "cat", "arm1", "dog"),
        ("0", "", "4", "e", "cat", "broken", "arm0", "cat", "arm1", "dog"),
    ]


def test_file_of_an_earlier_comparison_goes_where_there_are_no_two_arms():
    comparison, arms = arms_of("ccccc", "cdcdd")
    write_changes(comparison.folder, find_changes(*arms))
    write_changes(comparison.folder, None)
    assert not (comparison.folder.path / "changes.csv").exists()


def test_twenty_seeds_of_ten_thousand_images_take_seconds():
    """0.6 s on a 2-core machine that does nothing else."""
    comparison = compare_study(write_study({"a": [0.8] * 20, "b": [0.9] * 20}, more={"a": BIG, "b": BIG}))
    began = time.process_time()
    changes = find_changes(*(result.arm for result in comparison.results))
    assert time.process_time() - began < 5
    assert [len(seed.fixed) for seed in changes.seeds] == [1000] * 20


BIG = {"num_test": 10_000}
