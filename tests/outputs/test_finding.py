import os

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.finding import called, find_run
from cnnlab.outputs.run_folder import RunFolder

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def begin(*names):
    for name in names:
        RunFolder(RUNS / name).write_config({}, [])


def test_beginning_of_an_id_is_enough():
    begin("cnn6-batch-s0", "cnn6-none-s0")
    assert find_run("cnn6-b").run_id == "cnn6-batch-s0"


def test_beginning_of_several_ids_is_refused():
    begin("cnn6-s1", "cnn6-s0")
    with pytest.raises(ConfigError, match=r"run: 'cnn6' stands for 2 runs, cnn6-s0, cnn6-s1\. Type more of it\."):
        find_run("cnn6")


def test_unknown_run_names_the_nearest():
    begin("cnn6-s0", "resnet18-s0")
    with pytest.raises(ConfigError, match=r"run: unknown 'xcnn6-s0'\. The nearest of 2: cnn6-s0\. See: "):
        find_run("xcnn6-s0")
    with pytest.raises(ConfigError, match=r"run: unknown 'photos'\. No run has a similar id\. See: cnnlab report"):
        find_run("photos")


def test_of_many_runs_few_are_named():
    begin(*(f"cnn6-s{seed}" for seed in range(12)))
    with pytest.raises(ConfigError, match=r"'cnn6-s' stands for 12 runs, (\S+, ){4}\S+ and 7 more\. Type more of it\."):
        find_run("cnn6-s")
    with pytest.raises(ConfigError, match=r"unknown 'cnn6-s20'\. The nearest of 12: cnn6-s\S+(, \S+){4}\. See: "):
        find_run("cnn6-s20")


def test_beginning_of_the_hash_is_enough():
    begin("cnn6-s0-8ba5cd47c1", "cnn6-s0-8ca5cd47c1", "8b-s0-1111111111")
    assert find_run("8ba5").run_id == "cnn6-s0-8ba5cd47c1"
    assert find_run("8b").run_id == "8b-s0-1111111111"  # an id itself comes first
    with pytest.raises(ConfigError, match=r"'cnn6-s0-8' stands for 2 runs, .*\. Type more of it\."):
        find_run("cnn6-s0-8")


def ended(name, started, *, val, data="digits", status="finished"):
    run = RunFolder(RUNS / name)
    run.write_config({"dataset": {"name": data}}, [])
    run.write_json("status.json", {"status": status, "started": f"2026-11-26T23:00:0{started}+0000"})
    run.write_json("summary.json", {"val": {"accuracy": val}})


def test_latest_is_the_run_that_was_begun_last_and_best_the_best_of_its_data_set():
    ended("a", 1, val=0.8)
    ended("b", 2, val=0.9)
    ended("c", 3, val=0.7)
    ended("d", 0, val=0.99, data="mnist")
    ended("e", 0, val=0.95, status="failed")
    assert (find_run("latest").run_id, find_run("best").run_id) == ("c", "b")


def test_latest_of_runs_of_one_second_is_the_one_whose_files_are_newest():
    for place, name in enumerate("bca"):
        ended(name, 1, val=0.8)
        os.utime(RUNS / name / "config.yaml", (place, place))
    assert find_run("latest").run_id == "a"


def test_best_of_runs_without_a_result_is_refused():
    ended("a", 1, val=None)
    with pytest.raises(ConfigError, match=r"^run: no best of 1: none of the runs on digits, which"):
        find_run("best")


def test_run_is_called_by_its_path_where_it_lies_elsewhere():
    assert called(RunFolder(RUNS / "a")) == "a"
    assert called(RunFolder(RUNS.parent / "x" / "a")) == "outputs/x/a"


def test_run_is_found_from_inside_its_folder(monkeypatch):
    begin("cnn6-s0")
    monkeypatch.chdir(RUNS / "cnn6-s0")
    assert find_run(".").run_id == "cnn6-s0"


def test_folder_that_is_no_runs_is_told_apart(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(ConfigError, match=r"run: 'elsewhere' is not a run's folder, or its config\.yaml is lost\."):
        find_run("elsewhere")


def test_first_run_has_to_be_trained():
    with pytest.raises(ConfigError, match=r"run: no run 'a', outputs/runs is empty\. Train one: cnnlab train"):
        find_run("a")
