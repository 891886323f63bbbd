"""The console script: which command is carried out, exit codes, help, what is imported."""

import contextlib
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnlab import __version__
from cnnlab.base.errors import RunError
from cnnlab.cli.commands import BY_NAME, COMMANDS
from cnnlab.cli.main import HELP, main
from cnnlab.config.conf_files import conf_dir
from cnnlab.outputs.files import RUNS, outputs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status
from cnnlab.runs import job
from tests.comparison.study_maker import write_run
from tests.conftest import at_once

SCRIPT = Path(sys.executable).with_name("cnnlab")


def fail_with(monkeypatch, error):
    def run(*_, **__):
        raise error

    monkeypatch.setattr(job, "run", at_once(run))


def test_failed_run_ends_with_its_message_and_exit_code_1(monkeypatch, capsys):
    fail_with(monkeypatch, RunError("cnn6: is being trained by process 1."))
    assert main(["train"]) == 1
    assert capsys.readouterr() == ("", "cnn6: is being trained by process 1.\n")


def test_unexpected_exception_shows_its_traceback_and_ends_with_1(monkeypatch, capsys):
    fail_with(monkeypatch, ZeroDivisionError("of mine"))
    assert main(["train"]) == 1
    error = capsys.readouterr().err
    assert "Traceback" in error
    assert error.endswith("ZeroDivisionError: of mine\n")


def test_interrupted_run_ends_with_130(monkeypatch, capsys):
    fail_with(monkeypatch, KeyboardInterrupt())
    assert main(["train"]) == 130
    assert capsys.readouterr().err == "interrupted. What is done is kept; repeat the command to go on.\n"


def test_interrupted_rerun_is_not_to_be_repeated_as_typed(monkeypatch, capsys):
    fail_with(monkeypatch, KeyboardInterrupt())
    assert main(["train", "rerun=true"]) == 130
    assert capsys.readouterr().err.endswith("; repeat the command without rerun=true to go on.\n")


@pytest.mark.parametrize("redirection", ["| iconv -f ascii", ">&-"])
def test_output_that_takes_no_umlaut_or_nothing_ends_well(redirection):
    Path("my_conf/activation").mkdir(parents=True)
    Path("my_conf/activation/schön.yaml").write_text("name: relu\n")
    command = f"set -o pipefail; '{sys.executable}' -m cnnlab list activation --config-dir my_conf {redirection}"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("sch\\xf6n" in done.stdout) == ("iconv" in redirection)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_without_room_is_one_message():
    command = f"'{sys.executable}' -m cnnlab list > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "the output cannot be written: No space left on device.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_run_whose_words_find_no_room_is_trained_all_the_same():
    small = "dataset.num_images=60 dataset.image_size=8 model.width=0.05 epochs=1 batch_size=16 plots=false device=cpu"
    command = f"'{sys.executable}' -m cnnlab dataset=synthetic {small} > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "the output cannot be written: No space left on device.\n")
    assert [read_status(RunFolder(path))["status"] for path in RUNS.iterdir()] == ["finished"]


@pytest.mark.parametrize(("words", "place"), [("train", "outputs/runs"), ("report", "outputs/s/results.csv")])
def test_full_disk_is_not_taken_for_the_terminal(words, place, monkeypatch, capsys):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", "outputs/s/results.csv")

    monkeypatch.setattr(job, "run", full)
    monkeypatch.setattr("cnnlab.cli.commands.report._list", full)
    assert main([words]) == 1
    assert capsys.readouterr().err.startswith(f"{place}: no space left on the disk. Free some and repeat the command")


@pytest.mark.parametrize("words", [["train"], ["report"], ["resume", "x"]])
def test_working_folder_that_was_deleted_is_one_message(words, folder, monkeypatch, capsys):
    (folder / "gone").mkdir()
    monkeypatch.chdir(folder / "gone")
    (folder / "gone").rmdir()
    assert main(words) == 2
    message = "the working folder is gone (No such file or directory). cd to one that is there.\n"
    assert capsys.readouterr() == ("", message)


def test_diverged_run_gives_its_exit_code(monkeypatch):
    monkeypatch.setattr(job, "run", at_once(lambda *_, **__: 1))
    assert main([]) == 0  # help
    assert main(["seed=1"]) == 1


# what is shown


@pytest.mark.parametrize("args", [[], ["--help"], ["-h"], ["help"]])
def test_help_names_every_command_with_its_line_in_80_columns(args, capsys):
    assert main(args) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert {f"  {command.name:10}{command.help}" for command in COMMANDS} <= set(lines)


@pytest.mark.parametrize("line", [line for line in HELP.splitlines() if line.startswith("  cnnlab -m")])
def test_sweeps_of_the_help_text_compose(line, unmeasured, capsys):
    words = line.split("   ")[0].split()[1:]
    assert main([*words, "plan=true"]) == 0


def test_outputs_may_lie_elsewhere_for_every_command(folder, monkeypatch, capsys):
    places = []
    monkeypatch.setattr(job, "run", at_once(lambda *_, **__: places.append(outputs_dir()) or 0))
    assert main(["outputs=else/where", "epochs=1"]) == 0
    assert places == [Path("else/where")]
    assert outputs_dir() == Path("outputs")  # afterwards
    write_run("a")
    (folder / "outputs").rename("elsewhere")
    assert main(["report", "outputs=elsewhere"]) == 0
    assert "open     elsewhere/runs/a" in capsys.readouterr().out
    monkeypatch.setenv("CNNLAB_OUTPUTS", "elsewhere")
    assert main(["report", "a"]) == 0
    assert main(["report", "outputs=null"]) == 0
    assert main(["report", "outputs=nowhere"]) == 0
    assert "no runs in nowhere/runs. Train one: cnnlab train" in capsys.readouterr().out
    assert main(["report", "outputs="]) == 2
    assert capsys.readouterr().err == "outputs: must be a path, got ''. The folder in which you work is '.'.\n"


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"cnnlab {__version__}\n"


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("cnnlab re", {"report", "resume", "remove", "reproduce", "rerun="}),
        ("cnnlab o", {"optimizer=", "outputs="}),
        ("cnnlab train optimizer=a", {"optimizer=adadelta", "optimizer=adagrad", "optimizer=adam", "optimizer=adamw"}),
        ("cnnlab optimizer=mom", {"optimizer=momentum"}),
        ("cnnlab -m experiment=loss_study scale=", {"scale=full", "scale=half", "scale=small", "scale=smoke"}),
        ("cnnlab train -m optimizer.l", {"optimizer.lr="}),
        ("cnnlab report ", {"latest", "best"}),
        ("cnnlab predict latest ", set()),
    ],
)
def test_completion_knows_commands_groups_options_and_keys(line, offers, monkeypatch, capsys):
    monkeypatch.setenv("COMP_LINE", line)
    assert main(["-sc", "query=bash"]) == 0
    given = set(capsys.readouterr().out.split())
    assert given >= offers
    assert offers or not given


def test_completion_can_be_installed(capsys):
    assert main(["-sc", "install=bash"]) == 0
    assert "complete -o nospace -o default -F hydra_bash_completion cnnlab" in capsys.readouterr().out


# the installed script


def script(*args, **env):
    return subprocess.run([SCRIPT, *args], capture_output=True, text=True, env={**os.environ, **env}, timeout=60)


def test_script_prints_its_help():
    result = script("--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("cnnlab answers questions")


def test_script_ends_with_2_on_wrong_input():
    result = script("trian")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"no command 'trian'. Did you mean 'train'? Commands: {', '.join(sorted(BY_NAME))}.\n"


def test_script_tells_where_the_configuration_comes_from():
    result = script("--info", "searchpath")
    assert (result.returncode, result.stderr) == (0, "")
    assert str(conf_dir()) in result.stdout


def test_package_can_be_run_as_a_module():
    assert run_module("--version").stdout == f"cnnlab {__version__}\n"


def test_reader_that_has_seen_enough_is_no_error():
    process = subprocess.Popen([SCRIPT, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 0
    process.stderr.close()


IMPORTED = """
import sys
from cnnlab.cli.main import main
for line in {lines}:
    assert main(line.split()) == 0, line
print([name for name in {names} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["--help", "--version"], ["hydra", "omegaconf", "torch", "rich", "yaml"]),
        (["list", "report"], ["hydra", "torch", "rich"]),
        (["train --help", "transfer --help"], ["hydra", "omegaconf", "torch", "rich"]),
        (["--cfg job seed=1", "--info"], ["torch", "numpy"]),
        (["-sc install=bash", "-sc query=bash"], ["torch", "numpy"]),
    ],
)
def test_looking_around_imports_nothing_heavy(lines, names):
    code = IMPORTED.format(lines=lines, names=names)
    env = {**os.environ, "COMP_LINE": "cnnlab train optimizer="}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=env)
    assert result.stderr.strip() == "[]"


WATCHED = """
import sys
from cnnlab.cli.main import main

class Marks:
    def find_spec(self, name, *_):
        if name in ("hydra", "torch"):
            print(f"<{{name}}>", end="", file=sys.__stdout__, flush=True)

sys.meta_path.insert(0, Marks())
main({args})
"""


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals of this kind")
def test_terminal_names_what_is_going_on_before_it_takes_long(in_empty_folder):
    args = ["dataset=synthetic", "dataset.num_images=120", "dataset.image_size=8", "model.width=0.05", "epochs=1"]
    ours, theirs = os.openpty()
    process = subprocess.Popen([sys.executable, "-c", WATCHED.format(args=args)], stdout=theirs, stderr=theirs)
    os.close(theirs)
    text = ""
    with contextlib.suppress(OSError):  # the other end is closed
        while some := os.read(ours, 10_000).decode():
            text += some
    os.close(ours)
    assert process.wait() == 0
    marks = ["starting cnnlab train", "reading the configuration", "<hydra>", "loading torch", "<torch>", "training"]
    marks += ["drawing the pictures", "open "]
    assert sorted(marks, key=text.index) == marks


ENDING = """
import sys, weakref
from cnnlab.cli.main import main
class Left: ...
left = Left()
{before}
code = main({argv})
import atexit
atexit.register(print, "registered")
weakref.finalize(left, print, "finalized")
Left.__del__ = lambda self: print("taken apart")
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("before", "argv", "is_at_once"),
    [("", "", True), ("import logging", "", False), ("", "sys.argv[1:]", False)],
    ids=["the command", "beside what was there before", "inside a program"],
)
def test_process_of_the_command_ends_without_taking_apart_what_was_loaded(before, argv, is_at_once):
    code = ENDING.format(before=before, argv=argv)
    done = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, text=True, timeout=60)
    ends = ["finalized", "registered", *([] if is_at_once else ["taken apart"])]
    assert (done.stdout.splitlines(), done.stderr) == ([f"cnnlab {__version__}", *ends], "")


def test_process_of_the_command_keeps_its_exit_code():
    assert [run_module(*words).returncode for words in (["--version"], ["optimizer=adma"])] == [0, 2]


def run_module(*words):
    return subprocess.run([sys.executable, "-m", "cnnlab", *words], capture_output=True, text=True, timeout=60)


EARLY = """
import os, signal, sys

class Early:
    def find_spec(self, name, *_):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Early())
from cnnlab.__main__ import start
sys.exit(start())
"""


@pytest.mark.parametrize("module", ["cnnlab.cli.main", "cnnlab.base.stopping", "cnnlab.cli.commands"])
def test_interrupt_before_the_command_has_begun_ends_it_in_silence(module):
    code = EARLY.format(module=module)
    done = subprocess.run([sys.executable, "-c", code, "list"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_console_script_begins_where_the_module_does():
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert 'cnnlab = "cnnlab.__main__:start"' in project
