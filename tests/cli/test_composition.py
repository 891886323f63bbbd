"""A command's configuration is composed and handed to its job; nothing is written."""

import dataclasses

import pytest
from hydra._internal.hydra import Hydra

from cnnlab.cli.grid_words import WORDS
from cnnlab.cli.main import main
from cnnlab.config.conf_files import conf_dir, read_values
from cnnlab.config.load import load
from cnnlab.config.run_config import RunConfig
from tests.option_maker import own_option


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


def test_option_of_an_own_folder_can_be_chosen_and_is_in_the_help(trained, capsys):
    own = own_option("optimizer/mine.yaml", "name: adam\nlr: 0.5\n")
    assert main([*own, "optimizer=mine"]) == 0
    assert trained[0][0]["optimizer"]["lr"] == 0.5
    assert main(["train", "--help", "-cd", "own"]) == 0
    assert "adamw, mine, momentum" in capsys.readouterr().out


def test_study_with_a_fixed_setting_runs_without_m(trained):
    text = "# @package _global_\ndefaults:\n  - override /optimizer: sgd\nepochs: 3\n"
    own = own_option("experiment/mine.yaml", text)
    assert main(["experiment=mine", *own, "seed=2"]) == 0
    plain, _ = trained[0]
    assert (plain["optimizer"]["name"], plain["epochs"], plain["seed"]) == ("sgd", 3, 2)


def test_keys_in_the_help_of_train_exist(capsys):
    main(["train", "--help"])
    keys = capsys.readouterr().out.partition("== keys")[2].partition("== examples")[0].splitlines()[1:]
    named = [line.partition("=")[0] for line in keys if "=" in line.split(" ")[0]]
    assert len(named) > 5
    known = {*WORDS, *(field.name for field in dataclasses.fields(RunConfig))}
    assert {name.partition(".")[0] for name in named} <= known


def test_full_error_of_hydra_is_shown_on_request(monkeypatch, capsys):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    assert main(["optimizer=adma"]) == 2
    assert "MissingConfigException" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "is_asked"),
    [(["epochs=3"], False), (["epochs=3", "hydra.mode=RUN"], True), (["-cd", "own", "optimizer=mine"], True)],
)
def test_hydra_is_asked_whether_it_is_a_sweep_where_a_file_of_the_users_own_may_say_so(
    words, is_asked, trained, monkeypatch
):
    own_option("optimizer/mine.yaml", "name: adam\nlr: 0.5\n")
    asked, get_mode = [], Hydra.get_mode

    def counted(self, *args, **options):
        asked.append(args)
        return get_mode(self, *args, **options)

    monkeypatch.setattr(Hydra, "get_mode", counted)
    assert main(words) == 0
    assert (bool(asked), len(trained)) == (is_asked, 1)


def test_no_file_of_conf_asks_for_a_sweep_by_itself():
    assert not [file for file in conf_dir().rglob("*.yaml") if "mode" in (read_values(file).get("hydra") or {})]
