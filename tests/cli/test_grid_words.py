"""`zip=` and `exclude=` on their way to Hydra and back."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from cnnlab.base.errors import ConfigError
from cnnlab.cli.grid_words import as_typed, for_hydra, read_texts, without_grid_words
from cnnlab.cli.main import main

WORDS = [
    ["optimizer=sgd,adam", "zip=optimizer,optimizer.lr", "zip=a,b"],
    ["exclude=optimizer=sgd normalization=none", "seed=0,1"],
    ["exclude=key=\"it's\" other='a\\' \\\"", "exclude=x=[1,2]", "zip=null"],
    ["fair=optimizer.lr=log(1e-4,1) loss=mse,l1", "fair=model.width=uniform(0.1,1)", "trials=12"],
    ["epochs=3"],
]


@pytest.mark.parametrize("words", WORDS)
def test_words_come_through_hydra_as_they_were_typed(words):
    parsed = OverridesParser.create().parse_overrides(for_hydra(words))
    read = {
        key.removeprefix("hydra.sweeper."): [str(text) for text in read_texts(override.value(), key[14:])]
        for override in parsed
        if (key := override.get_key_element()).startswith("hydra.sweeper.")
    }
    assert as_typed(for_hydra(words), read) == words


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("zip=a,b", "zip: is about the axes of a sweep, got zip=a,b. A sweep needs -m."),
        ("exclude=a=1", "exclude: is about the axes of a sweep, got exclude=a=1. A sweep needs -m."),
        (
            "tune fair=a=1,2 optimizer.lr=0.1,0.2",
            "fair: is about arms that are compared, got fair=a=1,2. Leave it out of cnnlab tune.",
        ),
        ("fair=a=1,2", "fair: is about the axes of a sweep, got fair=a=1,2. A sweep needs -m."),
        (
            "-m fair=",
            "fair: the value is missing. "
            "Write fair='optimizer.lr=log(1e-4,1)' for a range in which every arm is tuned.",
        ),
        ("-m zip=", "zip: the value is missing. Write zip=optimizer,optimizer.lr for two swept keys that go in step."),
        (
            "-m exclude=",
            "exclude: the value is missing. "
            "Write exclude='optimizer=sgd activation=tanh' for points that are left out.",
        ),
        ("-m zip=a,b zip=null", "zip: null turns it off and goes with no other, got 2 of them. Leave one out."),
    ],
)
def test_what_is_wrong_with_the_words_themselves_is_told(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr() == ("", f"{message}\n")


def test_ranges_of_a_tuning_come_through_hydra_as_they_were_typed():
    words = ["optimizer.lr=log(1e-4,1)", "epochs=3", "'model.depth=int(2,8)'"]
    handed = for_hydra(words, is_tuning=True)
    (*others, space) = OverridesParser.create().parse_overrides(handed)
    assert ([other.input_line for other in others], space.get_key_element()) == (["epochs=3"], "hydra.sweeper.space")
    read = {"space": [str(text) for text in read_texts(space.value(), "space")]}
    assert as_typed(handed, read) == ["epochs=3", words[0], words[2]]
    assert for_hydra(["seed=0"], is_tuning=True) == ["seed=0", "hydra.sweeper.space=[]"]


def test_study_gives_a_text_or_several():
    assert read_texts("a,b", "zip") == ["a,b"]
    assert read_texts(["a,b", "c,d"], "zip") == ["a,b", "c,d"]
    assert read_texts(None, "zip") == read_texts([], "zip") == []
    message = (
        r"^hydra\.sweeper\.exclude: must be a text or a list of texts, got {'optimizer': 'sgd'}\. "
        r"Write exclude='optimizer=sgd activation=tanh' for points that are left out\.$"
    )
    with pytest.raises(ConfigError, match=message):
        read_texts({"optimizer": "sgd"}, "exclude")


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("cnnlab -m zip=a,b opt", "cnnlab -m opt"),
        ("cnnlab -m 'exclude=a=1 b=2' opt", "cnnlab -m opt"),
        ("cnnlab -m exclude=\"a=1 b=2\" 'zip=a,b' opt", "cnnlab -m opt"),
        ("cnnlab -m exclude=a=1\\ b=2 opt", "cnnlab -m opt"),
        ("cnnlab -m zip=a", "cnnlab -m zip=a"),
        ("cnnlab tune 'optimizer.lr=log(1e-4,1)' n=int(1,2) opt", "cnnlab tune opt"),
    ],
)
def test_completion_goes_by_the_other_words(line, rest):
    assert without_grid_words(line) == rest
