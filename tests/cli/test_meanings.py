"""Which key a typed word means; test_translation.py holds many more, with what is said."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.cli.meanings import Choices, is_known, is_option, meant_key, meant_name, plain_key
from cnnlab.config.conf_files import conf_dir


def choices(command="train", **typed):
    return Choices(command, typed, [conf_dir()])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("lr", "optimizer.lr"),
        ("Batch-Size", "batch_size"),
        ("seed", "seed"),
        ("data", "dataset"),
        ("xyz", "xyz"),
    ],
)
def test_word_means_a_key(word, meant):
    assert meant_key(word, choices()) == meant
    assert is_known(word) == (word != "xyz")


def test_last_part_of_two_groups_is_told_by_what_is_chosen():
    assert meant_key("gamma", choices(loss="focal")) == "loss.gamma"
    assert meant_key("gamma", choices(scheduler="step")) == "scheduler.gamma"
    with pytest.raises(ConfigError, match=r"^gamma: may be loss\.gamma or scheduler\.gamma\."):
        meant_key("gamma", choices(loss="focal", scheduler="step"))


def test_study_leaves_open_what_it_chooses():
    assert choices(experiment="optimizers").chosen["optimizer"] == []
    assert meant_key("momentum", choices(experiment="optimizers")) == "optimizer.momentum"


def test_preset_counts_as_the_entry_that_it_sets(tmp_path):
    (tmp_path / "loss").mkdir()
    (tmp_path / "loss" / "mine.yaml").write_text("name: focal\n")
    own = Choices("train", {"loss": "mine"}, [conf_dir(), tmp_path])
    assert meant_key("gamma", own) == "loss.gamma"


def test_capital_that_tells_a_key_apart_is_kept():
    assert (plain_key("C"), plain_key("LR")) == ("C", "lr")


def test_name_is_found_in_any_case_unless_there_is_one_of_that_case(tmp_path):
    folders = [conf_dir()]
    assert [meant_name("dataset", name, folders) for name in ("CIFAR-10", "Fashion MNIST", "xyz")] == [
        "cifar10", "fashion_mnist", "xyz",
    ]  # fmt: skip
    assert is_option("optimizer", "Adam")
    assert not is_option("optimizer", "adm")
