"""The files of a study: grid, question, results."""

import dataclasses

import pytest

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.outputs.files import METRICS_COLUMNS, OUTPUTS
from cnnlab.outputs.reaching import Goals
from cnnlab.outputs.results_table import ResultsTable
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.outputs.study_folder import RESULTS, Asked, GridRow, SeedPlan, Study, StudyFolder, result_row


def test_study_lies_in_outputs_under_its_name():
    assert StudyFolder.named("depth").path == OUTPUTS / "depth"


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "a\\b"])
def test_study_whose_name_is_no_folder_is_refused(name):
    with pytest.raises(ConfigError, match=r"study: must be the name of a folder, without / and leading dot, got '"):
        StudyFolder.named(name)


def test_study_cannot_take_the_folder_of_the_runs():
    with pytest.raises(ConfigError, match=r"study: 'runs' is the folder of all runs\. Take another name\."):
        StudyFolder.named("runs")


def test_grid_and_question_come_back_as_they_were_written(tmp_path):
    folder = StudyFolder(tmp_path / "depth")
    study = Study("depth", "cnnlab -m seed=0,1", question="Deeper?", baseline="a", reported={"a": {"test_accuracy": 1}})
    plan = SeedPlan((5, 8, 12), first_seed=5, after="width", is_changed=True)
    study = dataclasses.replace(study, margin=0.5, plan=plan, looked_at=(3, 5), seeds_seen=5)
    study = dataclasses.replace(study, asked=Asked(("depth",), {"epochs": "10"}))
    study = dataclasses.replace(study, seconds_to=(0.8, 0.95))
    rows = [GridRow("a", "0", "id-0", "optimizer=sgd"), GridRow("b, c", "0", "", "optimizer=sdg", "unknown 'sdg'")]
    folder.write_grid(study, rows)
    assert folder.read_study() == study
    assert folder.read_grid() == rows
    assert folder.read_leading() == []
    folder.write_grid(study, rows[:1], leading=rows[1:])
    assert (folder.read_grid(), folder.read_leading()) == (rows[:1], rows[1:])
    (folder.path / "leading.csv").write_bytes(b"arm\xff")
    assert folder.read_leading() == []


def test_study_without_its_file_keeps_its_name(tmp_path):
    assert StudyFolder(tmp_path / "depth").read_study() == Study("depth", "")


def test_what_is_damaged_in_its_file_is_left_out(tmp_path):
    folder = StudyFolder(tmp_path / "depth")
    folder.write_json("study.json", {"command": 7, "question": "Deeper?", "reported": {"a": 91.2}, "more": 1})
    assert folder.read_study() == Study("depth", "", question="Deeper?")


DAMAGED = [
    ({"looks": "5"}, None), ({"looks": []}, None), ({"looks": [5, "8"]}, None), ({"looks": [1, 5]}, None),
    ({"looks": [5, 10**9]}, None), (7, None),
    ({"looks": [8, 5], "first_seed": -3, "after": 4, "is_changed": 1}, SeedPlan((5, 8))),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "read"), DAMAGED)
def test_damaged_plan_is_none_and_what_is_wrong_beside_its_looks_is_left_out(plan, read, tmp_path):
    folder = StudyFolder(tmp_path / "depth")
    folder.write_json(
        "study.json",
        {"plan": plan, "margin": -1, "looked_at": ["x"], "seeds_seen": "5", "asked": {"swept": 7}, "seconds_to": 9},
    )
    assert folder.read_study() == Study("depth", "", plan=read)


def test_seeds_of_a_plan_follow_its_first_one():
    assert SeedPlan((5,), first_seed=3).seeds == ("3", "4", "5", "6", "7")


def test_folder_without_a_grid_is_no_study(tmp_path):
    with pytest.raises(RunError, match=r"depth: is not a study: it has no runs\.csv\."):
        StudyFolder(tmp_path / "depth").read_grid()


def test_grid_with_other_columns_is_damaged(tmp_path):
    folder = StudyFolder(tmp_path)
    (tmp_path / "runs.csv").write_text("arm,colour\na,red\n")
    with pytest.raises(RunError, match=r"runs\.csv: is damaged\. Repeat the sweep; what is finished is kept\."):
        folder.read_grid()


def run(path, status, **summary):
    folder = RunFolder(path / "the-run")
    write_status(folder, status)
    folder.write_json("summary.json", summary)
    return folder


def test_row_of_a_finished_run_holds_its_figures(tmp_path):
    folder = run(
        tmp_path, "finished", best_epoch=3, val={"accuracy": 0.9}, test={"accuracy": 0.8, "loss": 0.5, "auc": 0.7},
        seconds={"train": 1.5}, parameters=10,
    )  # fmt: skip
    assert list(result_row(folder, seed=4).values()) == ["the-run", "finished", 4, 3, 0.9, 0.8, 0.5, 0.7, 1.5, 10, 1]


def test_row_of_a_run_whose_summary_is_damaged_has_no_such_figures(tmp_path):
    folder = run(tmp_path, "finished", best_epoch="x", val={"accuracy": [0.9]}, test=3, parameters=10**30)
    assert list(result_row(folder, seed=4).values()) == ["the-run", "finished", 4, *[None] * 7, 1]


def trained(path, status, *accuracies):
    folder = run(path, status, data={"train": 40})
    rows = [{"epoch": i, "val_accuracy": accuracy, "seconds": 0.5} for i, accuracy in enumerate(accuracies, 1)]
    folder.write_rows("metrics.csv", METRICS_COLUMNS, rows)
    return folder


def test_row_tells_when_the_run_first_reached_what_it_did(tmp_path):
    row = result_row(trained(tmp_path, "finished", 0.4, 0.8, 0.6), seed=4, goals=Goals((0.6, 0.9), ()))
    assert list(row.items())[len(RESULTS) :] == [("epochs_to_60", 2), ("images_to_60", 80), ("seconds_to_60", 1.0)]


@pytest.mark.parametrize(("status", "accuracy"), [("diverged", 0.8), ("failed", 0.8), ("finished", "high")])
def test_row_of_a_run_without_a_result_or_with_damaged_metrics_tells_nothing_of_that(tmp_path, status, accuracy):
    assert tuple(result_row(trained(tmp_path, status, accuracy), seed=4, goals=Goals())) == RESULTS


def test_results_end_with_what_was_asked_for_and_the_highest_of_what_was_reached(tmp_path):
    goals = Goals((0.85,))
    table = ResultsTable(StudyFolder(tmp_path), goals)
    for name, top in TOPS:
        row = result_row(trained(tmp_path / name, "finished", top), seed=0, goals=goals)
        table.add({}, row | {"run_id": name})
    table.write()
    header, first, last = ((tmp_path / "results.csv").read_text()).splitlines()
    shown = [name for goal in (60, 70, 80, 85, 90) for name in (f"epochs_to_{goal}", f"images_to_{goal}")]
    columns = header.split(",")[len(RESULTS) :]
    assert [name for name in columns if not name.startswith("seconds")] == shown
    assert columns[:3] == ["epochs_to_60", "images_to_60", "seconds_to_60"]
    assert first.endswith(",1,40,0.5" + "," * 12)
    assert last.endswith(5 * ",1,40,0.5")


TOPS = (("a", 0.65), ("b", 0.92))


def test_row_of_a_run_that_failed_later_does_not_show_old_figures(tmp_path):
    row = result_row(run(tmp_path, "failed", best_epoch=3, parameters=10), seed=4)
    assert list(row.values()) == ["the-run", "failed", 4, *[None] * 8]


def test_row_of_a_run_that_was_not_started_says_waiting(tmp_path):
    assert result_row(RunFolder(tmp_path / "id"), seed=4)["status"] == "waiting"
