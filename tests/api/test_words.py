"""Arguments of a call: which words of a command line they are."""

from pathlib import Path

import numpy as np
import pytest

from cnnlab.api.words import words_of
from cnnlab.base.errors import ConfigError


def test_string_alone_is_split_as_a_shell_does():
    assert words_of(["optimizer=adam 'note=two words' seed=1"], {}) == ["optimizer=adam", "note=two words", "seed=1"]


def test_several_words_are_taken_as_they_are():
    assert words_of(["note=two words", Path("my photos")], {}) == ["note=two words", "my photos"]
    assert words_of([Path("my photos")], {}) == ["my photos"]
    assert words_of([], {}) == []


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (5, "5"), (1e-3, "0.001"), (True, "true"), (None, "null"), ("adam", "adam"), ("log(1e-4,1)", "log(1e-4,1)"),
        ([0.9, 0.99], "[0.9,0.99]"), (["a b", "c"], '["a b",c]'), (Path("my photos"), '"my photos"'),
        (np.float64(0.5), "0.5"), (np.int64(3), "3"),
    ],
)  # fmt: skip
def test_value_of_python_is_written_as_it_is_typed(value, typed):
    assert words_of([], {"optimizer.lr": value}) == [f"optimizer.lr={typed}"]


def test_list_is_swept_where_there_is_a_sweep():
    keys = {"seed": range(3), "optimizer": ["sgd", "adam"], "optimizer.betas": [[0.9, 0.99], [0.8, 0.9]]}
    typed = ["seed=0,1,2", "optimizer=sgd,adam", "optimizer.betas=[0.9,0.99],[0.8,0.9]"]
    assert words_of([], keys, sweeps=True) == typed
    assert words_of([], {"seed": range(3)}) == ["seed=[0,1,2]"]


def test_what_cannot_be_typed_is_refused():
    with pytest.raises(ConfigError, match=r"^note='a: cannot be split into words \(No closing quotation\)\. Close the"):
        words_of(["note='a"], {})
    with pytest.raises(ConfigError, match=r"^lr: must be a number, a text, a path, a list or None, got \{1: 2\}\.$"):
        words_of([], {"lr": {1: 2}})
