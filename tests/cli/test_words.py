"""What is wrong with the words of a command line by themselves."""

import pytest

from cnnlab.cli.main import main

NUMBER = "9" * 5000
LONG = "a" * 300
WRONG = [
    ("seed=1 seed=2", "seed: given 2 times: 1, 2. Give it once; for a sweep: -m seed=1,2"),
    (
        "optimizer=sgd optimizer=adam",
        "optimizer: given 2 times: sgd, adam. Give it once; for a sweep: -m optimizer=sgd,adam",
    ),
    (
        "optimizer=[sgd,adam]",
        "optimizer: takes the name of one option, got [sgd,adam]. To run several, sweep: -m optimizer=sgd,adam",
    ),
    (f"seed={NUMBER}", "seed: holds a number of more than 1,000 digits. Give a smaller one."),
    (
        f"-m optimizer.betas=[{NUMBER},0]",
        "optimizer.betas: holds a number of more than 1,000 digits. Give a smaller one.",
    ),
    (f"{NUMBER}=3", f"{'9' * 200} …: holds a number of more than 1,000 digits. Give a smaller one."),
    (
        "dataset.root=a\0b",
        "'dataset.root=a\\x00b': contains the character 0, which no name and no value may. Remove it.",
    ),
    ("-cn a\0b", "'a\\x00b': contains the character 0, which no name and no value may. Remove it."),
]


@pytest.mark.parametrize(("line", "message"), WRONG, ids=range(len(WRONG)))
def test_wrong_input_gets_one_clear_message_and_exit_code_2(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr() == ("", message + "\n")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("run", ["resume", LONG]),
        ("run", ["resume", "a\0b"]),
        ("report", ["report", LONG]),
        ("report", ["report", "a", ""]),
        ("images", ["predict", "x", LONG]),
        ("--csv", ["predict", "x", "y", "--csv", "a\0b"]),
        ("--config-dir", ["list", "-cd", LONG]),
        ("--config-dir", ["train", "--config-dir", LONG]),
        ("data_dir", [f"data_dir={LONG}"]),
        ("cache_dir", ["cache_dir=''"]),
        ("plugins", [f"plugins=[{LONG}]"]),
        ("plugins", ["-m", "plugins=['']", "seed=0,1"]),
        ("study", ["-m", f"study={LONG}", "seed=0,1"]),
        ("dataset.root", ["dataset=image_folder", f"dataset.root={LONG}"]),
        ("backbone.weights", ["transfer", "backbone=run", f"backbone.weights={LONG}"]),
    ],
)
def test_name_that_no_file_can_have_is_refused_wherever_a_path_stands(key, words, capsys):
    assert main(words) == 2
    assert capsys.readouterr().err.startswith(f"{key}: must be a path, got '")


@pytest.mark.parametrize(
    "word", ["dataset.root='caf\udce9'", "activation=caf\udce9", "study=caf\udce9", "study=a\ud800"]
)
def test_names_that_are_no_utf_8_are_refused_before_anything_is_written(word, capsys, folder):
    assert main([word]) == 2
    message = "is not UTF-8, and what is typed is saved with the run. Rename the file or folder."
    shown = word.replace("\udce9", r"\xe9").replace("\ud800", r"\ud800")
    assert capsys.readouterr().err == f"{shown}: {message}\n"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("override", ["hydra.run.dir=x", "hydra.job.chdir=true", "hydra.sweep.dir=x"])
def test_folders_of_hydra_are_refused(override, capsys, folder):
    assert main(["train", override]) == 2
    key = override.lstrip("+").partition("=")[0]
    told = "cnnlab names and fills the folders of runs itself, in outputs/. Leave it out; to work elsewhere, cd there."
    assert capsys.readouterr().err == f"{key}: {told}\n"
    assert list(folder.iterdir()) == []
