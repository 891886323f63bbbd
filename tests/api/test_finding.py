"""Runs and studies of before."""

from pathlib import Path

import pytest

from cnnlab.api.finding import list_runs, load, study
from cnnlab.base.errors import ConfigError
from tests.comparison.study_maker import write_run, write_study


def test_run_is_found_by_its_name_and_its_place_holds_elsewhere(folder):
    write_run("cnn6-s0-0123456789")
    for name in ("cnn6", "0123", "latest", "best", Path("outputs/runs/cnn6-s0-0123456789")):
        assert load(name, plugins=None).folder == folder / "outputs" / "runs" / "cnn6-s0-0123456789"
    with pytest.raises(ConfigError, match=r"^run: unknown 'lenet'\."):
        load("lenet", plugins=None)


def test_study_is_found_by_its_name_or_folder(folder):
    with pytest.raises(ConfigError, match=r"^study: no study 'trail'\. outputs has none\. Begin one with cnnlab"):
        study("trail")
    write_study({"optimizer=sgd": [0.7], "optimizer=adam": [0.8]})
    assert study("trial").folder == study(Path("outputs/trial")).folder == folder / "outputs" / "trial"
    with pytest.raises(ConfigError, match=r"^study: no study 'trail'\. Did you mean 'trial'\? Known: trial\.$"):
        study("trail")


def test_table_of_runs_has_those_that_fit(folder):
    assert list_runs([]).columns[:2].tolist() == ["run_id", "status"]
    write_run("a", seed=0, test=0.8, optimizer={"name": "sgd"})
    write_run("b", seed=0, state="failed", reason="no", optimizer={"name": "adam"})
    found = list_runs([]).set_index("run_id")
    assert found.loc["a", ["status", "test_accuracy", "optimizer"]].tolist() == ["finished", 0.8, "sgd"]
    assert found["began"].notna().all()
    assert list_runs(["optimizer=adam"])["run_id"].tolist() == ["b"]
    with pytest.raises(ConfigError, match=r"^report: no run has a setting 'optimizr'\. Did you mean 'optimizer'\?$"):
        list_runs(["optimizr=adam"])
