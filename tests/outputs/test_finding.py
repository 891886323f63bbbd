import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.finding import find_run
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
    with pytest.raises(ConfigError, match=r"run: 'cnn6' stands for 2 runs, cnn6-s0, cnn6-s1\. Say more of it\."):
        find_run("cnn6")


def test_unknown_run_names_the_nearest():
    begin("cnn6-s0", "resnet18-s0")
    with pytest.raises(ConfigError, match=r"run: unknown 'xcnn6-s0'\. The nearest of 2: cnn6-s0, .*\. See: "):
        find_run("xcnn6-s0")


def test_of_many_runs_few_are_named():
    begin(*(f"cnn6-s{seed}" for seed in range(12)))
    with pytest.raises(ConfigError, match=r"'cnn6-s' stands for 12 runs, (\S+, ){4}\S+ and 7 more\. Say more of it\."):
        find_run("cnn6-s")
    with pytest.raises(ConfigError, match=r"unknown 'cnn6-s20'\. The nearest of 12: cnn6-s\S+(, \S+){4}\. See: "):
        find_run("cnn6-s20")


def test_run_is_found_from_inside_its_folder(monkeypatch):
    begin("cnn6-s0")
    monkeypatch.chdir(RUNS / "cnn6-s0")
    assert find_run(".").run_id == "cnn6-s0"


def test_folder_that_is_no_runs_is_told_apart(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(ConfigError, match=r"run: 'elsewhere' is no run's folder, or its config\.yaml is lost\."):
        find_run("elsewhere")


def test_first_run_has_to_be_trained():
    with pytest.raises(ConfigError, match=r"run: no run 'a', outputs/runs is empty\. Train one: cnnlab train"):
        find_run("a")
