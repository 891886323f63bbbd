"""The command line: messages, exit codes, what is imported, and the configuration that it composes."""

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cnnlab import __version__
from cnnlab.base.errors import RunError
from cnnlab.cli.arguments import split_flags
from cnnlab.cli.main import HELP, main
from cnnlab.config.conf_files import conf_dir
from cnnlab.config.load import load
from cnnlab.config.run_config import RunConfig
from cnnlab.config.tables import TABLES
from cnnlab.runs import job as train

SCRIPT = Path(sys.executable).with_name("cnnlab")
OPTIMIZERS = f"Known: {', '.join(sorted(path.stem for path in conf_dir().glob('optimizer/*.yaml')))}."
STUDIES = f"Known: {', '.join(sorted(path.stem for path in conf_dir().glob('experiment/*.yaml')))}."
COMMANDS = "Commands: list, predict, report, resume, train, transfer."


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    return tmp_path


@pytest.fixture
def trained(monkeypatch):
    """Take the place of training; return what would have been trained."""
    calls = []

    def run(plain, overrides, *, in_sweep):
        calls.append((plain, list(overrides)))
        return 0

    monkeypatch.setattr(train, "run", run)
    return calls


def fail_with(monkeypatch, error):
    def run(plain, overrides, *, in_sweep):
        raise error

    monkeypatch.setattr(train, "run", run)


def option(folder, path, text):
    file = folder / "own" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return str(folder / "own")


WRONG = [
    ("trian", f"no command 'trian'. Did you mean 'train'? {COMMANDS}"),
    ("-m reprot", f"no command 'reprot'. Did you mean 'report'? {COMMANDS}"),
    ("--config-dir nowhere", "--config-dir: no folder 'nowhere'."),
    ("--config-dir", "--config-dir: the value is missing."),
    ("optimizer=adma", f"optimizer: unknown 'adma'. Did you mean 'adam'? {OPTIMIZERS}"),
    ("train optimizer=adma", f"optimizer: unknown 'adma'. Did you mean 'adam'? {OPTIMIZERS}"),
    ("optimizer.lrr=1", "optimizer.lrr: unknown key. Did you mean 'optimizer.lr'?"),
    ("optimizer.zzz=1", "optimizer.zzz: unknown key. optimizer takes: betas, eps, lr, weight_decay."),
    ("optimiser=adam", "optimiser: unknown key. Did you mean 'optimizer'?"),
    ("epoch=3", "epoch: unknown key. Did you mean 'epochs'?"),
    ("seed.value=3", "seed.value: unknown key; seed takes none."),
    ("optimizer.lr=-1", "optimizer.lr: must be > 0, got -1."),
    ("seed=x", "seed: must be a whole number, got 'x'."),
    ("train epochs", "epochs: the value is missing. Write epochs=<value>."),
    ("epochs=3 optimizer", "optimizer: the value is missing. Write optimizer=<value>."),
    ("data_dir=a=b", "data_dir: cannot read a=b. Quote it: 'data_dir=\"a=b\"'"),
    ("optimizer.betas=[0.9,", "optimizer.betas: cannot read [0.9,. Look at its brackets and quotes."),
    (
        "seed=0,1 epochs=2",
        "seed: got several values, 0,1. A sweep needs -m: cnnlab -m seed=0,1 epochs=2 "
        "(a list needs brackets: 'seed=[0,1]')",
    ),
    ("+seed=3", "seed: is there already. Write seed=..., without '+'."),
    ("+optimizer=sgd", "optimizer: is there already. Write optimizer=..., without '+'."),
    ("++optimizer=sgd", "optimizer: is there already. Write optimizer=..., without '+'."),
    ("~nothing", "nothing: cannot be taken out, it is not there."),
    ("seed=1 seed=2", "seed: given 2 times: 1, 2. Give it once; for a sweep: -m seed=1,2"),
    (
        "optimizer=sgd optimizer=adam",
        "optimizer: given 2 times: sgd, adam. Give it once; for a sweep: -m optimizer=sgd,adam",
    ),
    ("experiment=optimzers", f"experiment: unknown 'optimzers'. Did you mean 'optimizers'? {STUDIES}"),
    ("scale=smal", "scale: unknown 'smal'. Did you mean 'small'? Known: full, small, smoke."),
    (
        "experiment=optimizers epochs=2",
        "experiment=optimizers: is a sweep, and a sweep needs -m: cnnlab -m experiment=optimizers epochs=2",
    ),
    (
        "-m experiment=bird_svm scale=small",
        "experiment=bird_svm: is a study of cnnlab transfer. Type: cnnlab transfer -m experiment=bird_svm scale=small",
    ),
    (
        "experiment=bird_svm",
        "experiment=bird_svm: is a study of cnnlab transfer. Type: cnnlab transfer -m experiment=bird_svm",
    ),
    (
        "--cfg job experiment=bird_svm",
        "experiment=bird_svm: is a study of cnnlab transfer. Type: cnnlab transfer --cfg job experiment=bird_svm",
    ),
    (
        "transfer experiment=optimizer_study",
        "experiment=optimizer_study: is a study of cnnlab train. Type: cnnlab -m experiment=optimizer_study",
    ),
    (
        "transfer -m experiment=residual_ablation",
        "experiment=residual_ablation: is a study of cnnlab train. Type: cnnlab -m experiment=residual_ablation",
    ),
    ("backbone=resnet18", "backbone: this command has no such group, cnnlab transfer has."),
    ("transfer model=cnn6", "model: this command has no such group, cnnlab train has."),
    ("optimizer=null", "optimizer: takes the name of an option, got null. See: cnnlab list optimizer"),
    ("optimizer.lr=${nothing}", "optimizer.lr: Interpolation key 'nothing' not found"),
    ("dataset.root=??? dataset=image_folder", "dataset.root: missing. Give it: dataset.root=..."),
    (
        "--cfg job -m",
        "Only one of --run, --multirun, --cfg, --info and --shell_completion can be specified",
    ),
    ("-cn nothing", "--config-name: unknown 'nothing'."),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_wrong_input_gets_one_clear_message_and_exit_code_2(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr() == ("", message + "\n")


def test_unknown_launcher_names_the_known_ones(capsys):
    assert main(["hydra/launcher=slow"]) == 2
    assert capsys.readouterr().err.startswith("hydra/launcher: unknown 'slow'. Known: basic, process")  # and plugins


def test_unknown_flag_names_the_nearest(capsys):
    assert main(["train", "--config-dri", "own"]) == 2
    assert capsys.readouterr().err.startswith("unknown flag '--config-dri'. Did you mean '--config-dir'? Known: ")


def test_all_problems_of_a_command_line_come_in_one_message(capsys):
    assert main(["seed=x", "optimizer=adma", "model.widht=2", "epochs", "optimizer.lr=-1", "activation=relu"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"optimizer: unknown 'adma'. Did you mean 'adam'? {OPTIMIZERS}",
        "model.widht: unknown key. Did you mean 'model.width'?",
        "epochs: the value is missing. Write epochs=<value>.",
        "seed: must be a whole number, got 'x'.",
        "optimizer.lr: must be > 0, got -1.",
    ]


def test_keys_of_a_group_are_checked_as_if_the_nearest_option_was_meant(capsys):
    assert main(["optimizer=mometum", "optimizer.momentum=2"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"optimizer: unknown 'mometum'. Did you mean 'momentum'? {OPTIMIZERS}",
        "optimizer.momentum: must be in [0, 1), got 2.",
    ]


def test_keys_of_a_group_are_not_judged_when_no_option_is_near(capsys):
    assert main(["optimizer=xyz", "optimizer.momentum=2"]) == 2
    assert capsys.readouterr().err == f"optimizer: unknown 'xyz'. {OPTIMIZERS}\n"


def test_every_value_of_a_sweep_is_looked_at(capsys):
    assert main(["-m", "optimizer=adma,mometum", "seed=0,1", "epoch=2"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"optimizer: unknown 'adma'. Did you mean 'adam'? {OPTIMIZERS}",
        f"optimizer: unknown 'mometum'. Did you mean 'momentum'? {OPTIMIZERS}",
        "epoch: unknown key. Did you mean 'epochs'?",
    ]


def test_a_broken_file_is_named_with_its_line(folder, capsys):
    own = option(folder, "optimizer/mine.yaml", "name: adam\nlr: [0.1\n")
    assert main(["optimizer=mine", "--config-dir", own]) == 2
    assert capsys.readouterr().err.startswith(f"{own}/optimizer/mine.yaml, line 3: cannot be read as YAML, ")


def test_full_error_of_hydra_is_shown_on_request(monkeypatch, capsys):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    assert main(["optimizer=adma"]) == 2
    assert "MissingConfigException" in capsys.readouterr().err


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
def test_output_that_takes_no_umlaut_or_nothing_ends_well(in_empty_folder, redirection):
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
    assert (done.returncode, done.stderr) == (1, "what is printed cannot be written: No space left on device.\n")


@pytest.mark.parametrize("override", ["hydra.run.dir=x", "hydra.job.chdir=true", "hydra.sweep.dir=x"])
def test_folders_of_hydra_are_refused(override, capsys, folder):
    assert main(["train", override]) == 2
    key = override.lstrip("+").partition("=")[0]
    told = "cnnlab names and fills the folders of runs itself, in outputs/. Leave it out; to work elsewhere, cd there."
    assert capsys.readouterr().err == f"{key}: {told}\n"
    assert list(folder.iterdir()) == []


def test_diverged_run_gives_its_exit_code(monkeypatch):
    monkeypatch.setattr(train, "run", lambda plain, overrides, in_sweep: 1)
    assert main([]) == 0  # help
    assert main(["seed=1"]) == 1


@pytest.mark.parametrize("line", ["train epochs=3 seed=1", "epochs=3 seed=1"])
def test_train_is_the_default_command_and_gets_plain_values(line, trained, folder):
    assert main(line.split()) == 0
    [(plain, overrides)] = trained
    assert overrides == ["epochs=3", "seed=1"]
    assert plain["epochs"] == 3
    assert type(plain["optimizer"]) is dict
    assert "hydra" not in plain
    assert load(plain).optimizer.name == "adam"
    assert list(folder.iterdir()) == []  # Hydra writes nothing


def test_references_between_keys_are_resolved(trained):
    assert main(["train", "dataset.split_seed=${seed}", "seed=4"]) == 0
    assert trained[0][0]["dataset"]["split_seed"] == 4
    assert trained[0][1] == ["dataset.split_seed=${seed}", "seed=4"]


def test_overrides_may_stand_on_both_sides_of_a_flag(capsys):
    assert main(["optimizer=sgd", "--cfg", "job", "-p", "optimizer", "optimizer.lr=0.5"]) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == ["name: sgd", "lr: 0.5", "weight_decay: 0.0"]


@pytest.mark.parametrize(
    ("words", "flags", "overrides"),
    [
        ("a=1 -m b=2", ("-m",), ("a=1", "b=2")),
        ("--info a=1", ("--info=all",), ("a=1",)),
        ("--info plugins a=1", ("--info=plugins",), ("a=1",)),
        ("--cfg=job a=1", ("--cfg", "job"), ("a=1",)),
        ("-sc install=bash", ("-sc",), ("install=bash",)),
        ("~a -c job +b=1", ("-c", "job"), ("~a", "+b=1")),
    ],
)
def test_flags_and_overrides_are_told_apart(words, flags, overrides):
    arguments = split_flags("train", words.split())
    assert (arguments.flags, arguments.overrides) == (flags, overrides)


def test_option_of_an_own_folder_can_be_chosen_and_is_in_the_help(folder, trained, capsys):
    own = option(folder, "optimizer/mine.yaml", "name: adam\nlr: 0.5\n")
    assert main(["--config-dir", own, "optimizer=mine"]) == 0
    assert trained[0][0]["optimizer"]["lr"] == 0.5
    assert main(["train", "--help", "-cd", own]) == 0
    assert "adamw, mine, momentum" in capsys.readouterr().out


def test_plugins_count_on_the_command_line_only(folder, trained, capsys):
    own = option(folder, "experiment/mine.yaml", "# @package _global_\nplugins: [parts.py]\n")
    assert main(["experiment=mine", "--config-dir", own]) == 2
    expected = "plugins: count on the command line only. If you trust the files, type plugins=[parts.py].\n"
    assert capsys.readouterr().err == expected
    assert main(["experiment=mine", "--config-dir", own, "plugins=[parts.py]"]) == 0
    assert trained[0][0]["plugins"] == ["parts.py"]


def test_study_with_a_fixed_setting_runs_without_m(folder, trained):
    text = "# @package _global_\ndefaults:\n  - override /optimizer: sgd\nepochs: 3\n"
    own = option(folder, "experiment/mine.yaml", text)
    assert main(["experiment=mine", "--config-dir", own, "seed=2"]) == 0
    plain, _ = trained[0]
    assert (plain["optimizer"]["name"], plain["epochs"], plain["seed"]) == ("sgd", 3, 2)


# what is shown


@pytest.mark.parametrize("args", [[], ["--help"], ["-h"]])
def test_help_fits_80_columns_and_names_every_command(args, capsys):
    assert main(args) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert all(f"\n  {name} " in text for name in ("train", "report", "predict", "resume", "list"))


@pytest.mark.parametrize("line", [line for line in HELP.splitlines() if line.startswith("  cnnlab -m")])
def test_sweeps_of_the_help_text_compose(line, capsys):
    words = line.split("   ")[0].split()[1:]
    assert main([*words, "plan=true"]) == 0


def test_help_of_train_fits_80_columns_and_shows_groups_with_options(capsys):
    assert main(["train", "--help"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"^activation: .*\brelu, ", text, re.MULTILINE)
    assert all(f"\n{group}: " in text for group in TABLES)
    assert "hydra" not in text.lower()


def test_keys_in_the_help_of_train_exist(capsys):
    main(["train", "--help"])
    keys = capsys.readouterr().out.partition("== keys")[2].partition("== examples")[0].splitlines()[1:]
    named = [line.partition("=")[0] for line in keys if "=" in line.split(" ")[0]]
    assert len(named) > 5
    assert {name.partition(".")[0] for name in named} <= {field.name for field in dataclasses.fields(RunConfig)}


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"cnnlab {__version__}\n"


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("cnnlab ", {"train", "list", "predict", "report", "resume", "optimizer=", "seed="}),
        ("cnnlab re", {"report", "resume"}),
        ("cnnlab train optimizer=a", {"optimizer=adadelta", "optimizer=adagrad", "optimizer=adam", "optimizer=adamw"}),
        ("cnnlab optimizer=mom", {"optimizer=momentum"}),
        ("cnnlab -m experiment=loss_study scale=", {"scale=full", "scale=small", "scale=smoke"}),
        ("cnnlab train -m optimizer.l", {"optimizer.lr="}),
        ("cnnlab report ", set()),
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
    assert result.stderr == f"no command 'trian'. Did you mean 'train'? {COMMANDS}\n"


def test_script_tells_where_the_configuration_comes_from():
    result = script("--info", "searchpath")
    assert (result.returncode, result.stderr) == (0, "")
    assert str(conf_dir()) in result.stdout


def test_package_can_be_run_as_a_module():
    result = subprocess.run([sys.executable, "-m", "cnnlab", "--version"], capture_output=True, text=True, timeout=60)
    assert result.stdout == f"cnnlab {__version__}\n"


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
        (["train --help", "--cfg job seed=1", "--info", "-sc install=bash", "-sc query=bash"], ["torch"]),
    ],
)
def test_looking_around_imports_nothing_heavy(lines, names):
    code = IMPORTED.format(lines=lines, names=names)
    env = {**os.environ, "COMP_LINE": "cnnlab train optimizer="}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=env)
    assert result.stderr.strip() == "[]"


# the configuration
