"""A comparison of tuned arms says what was chosen, at what price, and what the same arms answer untuned."""

from dataclasses import replace

import pytest

from cnnlab.comparison import compare_study, markdown_lines, save, terminal_lines
from cnnlab.comparison.page import render
from cnnlab.outputs.fair_tuning import FairTuning, TunedArm, write_fair
from cnnlab.outputs.study_folder import GridRow
from tests.comparison.study_maker import write_run, write_study

SGD, ADAM = "optimizer=sgd", "optimizer=adam"
TUNED = {SGD: [0.95, 0.94, 0.96], ADAM: [0.90, 0.91, 0.92]}
UNTUNED = {SGD: [0.70, 0.71, 0.72], ADAM: [0.90, 0.90, 0.91]}
SPACE = "optimizer.lr=log(0.001,1)"
OF_SGD = TunedArm(SGD, {"optimizer.lr": "0.3"}, ended={"finished": 12}, epochs=8, val_accuracy=0.97)
OF_ADAM = TunedArm(ADAM, {"optimizer.lr": "0.01"}, ended={"finished": 12}, epochs=8, val_accuracy=0.93)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def compared(*, sgd=OF_SGD, adam=OF_ADAM, space=(SPACE,), untuned=UNTUNED, tuned=TUNED, **more):
    """Compare a study whose arms were tuned."""
    folder = write_study(tuned, **more)
    rows = [(arm, seed, value) for arm, values in untuned.items() for seed, value in enumerate(values)]
    for arm, seed, value in rows:
        how = {"state": value} if isinstance(value, str) else {"test": value}
        write_run(f"untuned-{arm}-s{seed}", seed=seed, optimizer={"name": arm.partition("=")[2]}, **how)
    written = [GridRow(arm, str(seed), f"untuned-{arm}-s{seed}", arm) for arm, seed, _ in rows]
    write_fair(folder, FairTuning(space, 12, "tpe", 10_000, (sgd, adam)), written)
    return compare_study(folder)


@pytest.mark.parametrize(("space", "is_told"), [(SPACE, False), ("optimizer.weight_decay=log(1e-6,0.01)", True)])
def test_one_rate_of_all_optimizers_is_warned_of_unless_each_chose_it(space, is_told):
    rates = {arm: {"optimizer": {"name": arm.partition("=")[2], "lr": 0.01}} for arm in TUNED}
    told = "\n".join(compared(space=(space,), more=rates).cautions)
    assert ("All optimizers ran at optimizer.lr=0.01" in told) == is_told


def notes(**more):
    return list(compared(**more).beforehand.notes)


def test_terminal_shows_what_each_arm_chose_what_it_brought_and_both_answers():
    lines = terminal_lines(compared(), width=100)
    place = lines.index("sgd is better than adam.")
    assert lines[place + 1 : place + 3] == [
        "Each arm was first tuned with 12 trials of 8 epochs, on validation alone",
        "(optimizer.lr=log(0.001,1)); no trial had a seed of this comparison.",
    ]
    place = next(i for i, line in enumerate(lines) if line.startswith("optimizer  chose"))
    assert lines[place : place + 3] == [
        "optimizer  chose       untuned %       tuned %           gain  val %  trials x epochs  finished",
        "sgd        lr=0.3   71.00 ± 2.48  95.00 ± 2.48  +24.00 ± 2.48  97.00           12 x 8  12 of 12",
        "adam       lr=0.01  90.33 ± 2.48  91.00 ± 2.48   +0.67 ± 2.48  93.00           12 x 8  12 of 12",
    ]
    changed = "Tuning changes the answer. Untuned: adam is better than sgd. Tuned: sgd is better than adam."
    assert lines[place + 4] == changed


def test_answer_that_stays_is_said_to_stay():
    assert notes(untuned={SGD: [0.9, 0.9, 0.9], ADAM: [0.5, 0.51, 0.52]}) == [
        "Untuned, the answer is the same: sgd is better than adam."
    ]


def test_untuned_arms_without_runs_are_told_with_what_trains_them():
    comparison = compared(untuned={})
    assert comparison.beforehand.notes == [
        "Untuned, these arms have no runs over these seeds; untuned=true trains them."
    ]
    assert comparison.beforehand.rows[1][2:5] == ("–", "95.00 ± 2.48", "–")


def test_arms_that_have_no_finished_run_untuned_are_named_and_the_others_stay():
    comparison = compared(untuned={SGD: [0.9, 0.9, 0.9]})
    assert comparison.beforehand.notes == [
        "Untuned, adam has no finished run over these seeds; untuned=true trains them."
    ]
    assert comparison.beforehand.rows[1][2] == "90.00 ± 2.48"
    lost = {SGD: [0.9, 0.9, 0.9], ADAM: ["diverged", "diverged", "diverged"]}
    assert notes(untuned=lost) == ["Untuned, adam has no finished run over these seeds."]
    three = {"optimizer=muon": [0.8, 0.8, 0.81], **TUNED}
    assert notes(tuned=three, untuned={"optimizer=muon": ["diverged"], **UNTUNED}) == [
        "Not tuned: muon, with no key of the space.",
        "Untuned, muon has no finished run over these seeds.",
        "Tuning changes the answer. Untuned: adam is better than sgd. Tuned: sgd is the best of 3.",
    ]


def test_choice_at_the_edge_of_the_space_is_marked_and_named():
    edge = replace(OF_SGD, values={"optimizer.lr": "0.98"}, edges={"optimizer.lr": "log(0.001,1)"})
    comparison = compared(sgd=edge)
    assert comparison.beforehand.rows[1][1] == "lr=0.98 (edge)"
    assert comparison.beforehand.notes[0] == (
        "At the edge of the space: sgd (optimizer.lr=0.98 of log(0.001,1)): widen it."
    )


def test_keys_that_arms_lack_and_arms_that_are_not_tuned_are_named():
    space = (SPACE, "optimizer.momentum=uniform(0,1)")
    assert notes(adam=replace(OF_ADAM, without=("optimizer.momentum",)), space=space)[0] == (
        "optimizer.momentum was left out for adam: there is no such key."
    )
    bare = TunedArm(ADAM, without=("optimizer.lr",), epochs=8)
    comparison = compared(adam=bare)
    assert comparison.beforehand.notes[0] == "Not tuned: adam, with no key of the space."
    assert comparison.beforehand.rows[2][:2] == ("adam", "–")
    assert comparison.beforehand.rows[2][-2:] == ("–", "–")


def test_trials_without_a_result_are_counted():
    assert notes(adam=replace(OF_ADAM, ended={"finished": 9, "diverged": 3}))[0] == (
        "Trials without a result: adam (3 diverged)."
    )
    lost = TunedArm(ADAM, ended={"diverged": 12}, epochs=8)
    assert notes(adam=lost)[:2] == [
        "No trial of adam has a result: compared as typed.", "Trials without a result: adam (12 diverged).",
    ]  # fmt: skip


def test_trials_of_several_lengths_are_told_in_the_table_alone():
    comparison = compared(adam=replace(OF_ADAM, epochs=4))
    assert comparison.conclusion[0].startswith("Each arm was first tuned with 12 trials, on validation alone (")
    assert [row[6] for row in comparison.beforehand.rows] == ["trials x epochs", "12 x 8", "12 x 4"]


def test_csv_has_what_was_chosen_behind_all_other_columns():
    comparison = compared()
    save(comparison, pictures=False)
    row = comparison.folder.read_rows("comparison.csv")[0]
    assert list(row)[-13:] == [
        "trials", "trials_finished", "chosen", "chosen_val_accuracy", "at_edge", "untuned_n", "untuned_mean",
        "untuned_ci_low", "untuned_ci_high", "gain", "gain_low", "gain_high", "untuned_verdict",
    ]  # fmt: skip
    assert (row["trials"], row["chosen"], row["at_edge"], row["untuned_n"]) == ("12", "optimizer.lr=0.3", "", "3")
    assert float(row["gain"]) == pytest.approx(0.24)


def test_markdown_and_page_have_the_table_and_the_notes():
    comparison = compared()
    lines = markdown_lines(comparison)
    place = lines.index("Tuning:")
    assert lines[place + 2] == (
        "| optimizer | chose | untuned % | tuned % | gain | val % | trials x epochs | finished |"
    )
    assert any(line.startswith("- Tuning changes the answer.") for line in lines)
    page = render(comparison)
    assert "<h2>Tuning</h2>" in page
    assert "Tuning changes the answer. Untuned: adam is better than sgd." in page


def test_study_that_was_not_tuned_says_nothing_of_it():
    comparison = compare_study(write_study(TUNED))
    assert comparison.beforehand is None
    assert "Tuning" not in render(comparison)
