"""Everything that is wrong with a command line, in one message."""

import re
import subprocess

import hydra
import pytest

from cnnlab.cli import problems
from cnnlab.cli.main import main
from tests.conftest import composed
from tests.option_maker import known

OPTIMIZERS = known("optimizer")
WRONG = [
    ("optimizer.lr=-1", "optimizer.lr: must be > 0, got -1."),
    ("seed=x", "seed: must be a whole number, got 'x'."),
    (
        "seed=0,1 epochs=2",
        "seed: got several values, 0,1. A sweep needs -m: cnnlab -m seed=0,1 epochs=2 "
        "(a list needs brackets: 'seed=[0,1]')",
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
    ("optimizer=null", "optimizer: takes the name of an option, got null. See: cnnlab list optimizer"),
    ("optimizer=3", "optimizer: takes the name of an option, got 3. See: cnnlab list optimizer"),
    ("+hydra/env=[0.5]", "+hydra/env: takes the name of an option, got [0.5]."),
    ("++optimizer={name:adam,3:4}", "optimizer (adam): unexpected '3'. It takes: betas, eps, lr, weight_decay."),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_wrong_input_gets_one_clear_message_and_exit_code_2(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr() == ("", message + "\n")


UNREADABLE = (
    "Bob's", 'q"q', "a=b", "a;b", "`x`", "a&b", 'a\\"b', "(x)", "ü", "a#b", "a${x", "~x", "!x", "<x>", "Ann's \"b\" c",
    "a'b\\", "$(x)'", "a b=c", "x>y", "'s Hertogenbosch"[1:] + "'",
)  # fmt: skip


def as_a_shell_reads(line):
    """Return the words that a real shell makes of a line."""
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, text=True, check=True)
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize("name", UNREADABLE)
def test_proposed_quotes_can_be_pasted_into_a_shell(name, capsys):
    assert main([f"data_dir={name}"]) == 2
    proposed = re.fullmatch(r"data_dir: cannot read .*\. Quote it: (.*)\n", capsys.readouterr().err)[1]
    (word,) = as_a_shell_reads(proposed)
    assert composed(word)["data_dir"] == name


@pytest.mark.parametrize("name", ["Bob's,q", "a,b c", "$HOME,x", "a*,b", "[x],[y]"])
def test_proposed_sweeps_can_be_pasted_into_a_shell(name, capsys):
    assert main([f"data_dir='{name}'", f"data_dir={name}"]) == 2
    proposed = re.search(r"for a sweep: (.*)\n", capsys.readouterr().err)[1]
    assert as_a_shell_reads(proposed) == ["-m", f"data_dir='{name}',{name}"]


def test_proposed_command_names_the_folder_of_options_and_can_be_pasted(capsys):
    assert main(["transfer", "-cd", ".", "seed=0,1", "study=it's"]) == 2
    proposed = re.search(r"A sweep needs -m: (.*) \(a list", capsys.readouterr().err)[1]
    assert as_a_shell_reads(proposed) == ["cnnlab", "transfer", "-m", "-cd", ".", "seed=0,1", "study=it's"]


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


@pytest.mark.parametrize("seeds", ["range(0,9)", "0,1,2,3,4,5,6,7,8"])
def test_what_else_is_wrong_is_looked_for_with_one_of_many_numbers(seeds, monkeypatch):
    tried = set()

    def compose(name, overrides):
        tried.update(overrides)
        return hydra.compose(name, overrides)

    monkeypatch.setattr(problems, "compose", compose)
    assert main(["-m", "optimizer=adma", f"seed={seeds}"]) == 2
    assert {word for word in tried if word.startswith("seed=")} == {"seed=0"}
