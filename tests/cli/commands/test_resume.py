import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.cli.commands.resume import main
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.finding import find_run
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.run import execute
from tests.conftest import cnnlab, interrupted_after, tiny
from tests.runs.test_run import equal_results, only_run

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def interrupted(*options):
    with interrupted_after(1):
        execute(tiny("checkpoint_seconds=0", "epochs=3", *options))
    return only_run()


def test_interrupted_run_goes_on_from_its_checkpoint(capsys):
    folder = interrupted()
    assert main([str(folder.path)]) == 0
    assert "resumed  after epoch 1" in capsys.readouterr().out
    resumed = RunFolder(folder.path.rename("resumed"))
    assert equal_results(resumed, execute(tiny("epochs=3")).folder)


@pytest.mark.parametrize("is_finished", [False, True])
def test_rerun_goes_on_too_and_is_not_repeated(capsys, is_finished):
    folder = interrupted("rerun=true")
    config = folder.read_config()
    assert config["rerun"] is False
    folder.write_config(config | {"rerun": True}, [])  # as an earlier version saved it
    if is_finished:
        assert main([folder.run_id]) == 0
        folder.write_config(config | {"rerun": True}, [])
        capsys.readouterr()
    assert main([folder.run_id]) == 0
    out = capsys.readouterr().out
    assert ("finished before; nothing was trained" if is_finished else "resumed  after epoch 1") in out


def test_console_script_resumes_a_run():
    folder = interrupted()
    done = cnnlab("resume", folder.run_id)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("open     outputs/runs/")


def test_finished_run_is_not_trained_again(capsys):
    folder = execute(tiny()).folder
    assert main([folder.run_id]) == 0
    assert "finished before; nothing was trained (rerun=true trains again)" in capsys.readouterr().out


def test_beginning_of_an_id_is_enough():
    folder = execute(tiny()).folder
    assert find_run(folder.run_id[:20]).run_id == folder.run_id


def test_beginning_of_several_ids_is_refused():
    execute(tiny())
    execute(tiny("seed=1"))
    with pytest.raises(ConfigError, match=r"run: 'cnn6' stands for 2 runs, cnn6-\S+, cnn6-\S+\. Say more of it\."):
        find_run("cnn6")


def test_unknown_run_names_the_nearest():
    name = execute(tiny()).folder.run_id
    with pytest.raises(ConfigError, match=rf"run: unknown 'x{name}'\. The nearest of 1: {name}\. See: "):
        find_run(f"x{name}")


def test_of_many_runs_few_are_named():
    for seed in range(12):
        RunFolder(RUNS / f"cnn6-s{seed}").write_config({}, [])
    with pytest.raises(ConfigError, match=r"'cnn6-s' stands for 12 runs, (\S+, ){4}\S+ and 7 more\. Say more of it\."):
        find_run("cnn6-s")
    with pytest.raises(ConfigError, match=r"unknown 'cnn6-s20'\. The nearest of 12: cnn6-s\S+(, \S+){4}\. See: "):
        find_run("cnn6-s20")


def test_run_is_found_from_inside_its_folder(monkeypatch):
    folder = execute(tiny("epochs=0")).folder
    monkeypatch.chdir(folder.path)
    assert find_run(".").run_id == folder.run_id


def test_folder_that_is_no_runs_is_told_apart(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(ConfigError, match=r"run: 'elsewhere' is no run's folder, or its config\.yaml is lost\."):
        find_run("elsewhere")


def test_first_run_has_to_be_trained():
    with pytest.raises(ConfigError, match=r"run: no run 'a', outputs/runs is empty\. Train one: cnnlab train"):
        find_run("a")


def test_run_whose_data_changed_is_refused():
    folder = interrupted()
    moved = RunFolder(folder.path.rename(folder.path.with_name("cnn6-batch-relu-adam-s0-0000000000")))
    with pytest.raises(ConfigError, match=r"run: the data of cnn6-\S+ has changed, or its folder has been renamed: "):
        main([moved.run_id])


def test_plugins_have_to_be_named_again(tmp_path):
    (tmp_path / "mine.py").write_text("x = 1")
    folder = interrupted(f"plugins=[{tmp_path / 'mine.py'}]")
    with pytest.raises(
        ConfigError, match=r"--plugins: the run was trained with plugins, which are code\. Name them: --plugins"
    ):
        main([folder.run_id])
    assert main([folder.run_id, "--plugins", str(tmp_path / "mine.py")]) == 0


def test_plugin_that_has_changed_is_refused_and_not_run(tmp_path):
    plugin = tmp_path / "mine.py"
    plugin.write_text("x = 1")
    folder = interrupted(f"plugins=[{plugin}]")
    plugin.write_text("raise SystemExit('was run')")
    with pytest.raises(
        ConfigError, match=r"--plugins: not what cnn6-\S+ was trained with, got \S+: other files, or their content has"
    ):
        main([folder.run_id, "--plugins", str(plugin)])


def test_plugin_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "mine.py").write_text("x = 1")
    folder = interrupted(f"plugins=[{tmp_path / 'mine.py'}]")
    with pytest.raises(
        ConfigError, match=r"--plugins: no file 'gone\.py'\. The run was trained with --plugins \S+mine"
    ):
        main([folder.run_id, "--plugins", "gone.py"])
