"""Ranges and lists as typed, and the texts of values on them."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.tuning.space import Choice, Int, Log, Space, Uniform, is_range, read_list, read_range, read_space


def test_words_of_a_grid_make_a_space():
    words = ["optimizer.lr=log(1e-4,1)", "optimizer.momentum=uniform(0, 0.99)", "model.depth=int(2,8)", "ema=null,0.9"]
    assert read_space(words) == Space(
        {
            "optimizer.lr": Log(1e-4, 1),
            "optimizer.momentum": Uniform(0, 0.99),
            "model.depth": Int(2, 8),
            "ema": Choice(("null", "0.9")),
        }
    )


def test_comma_in_brackets_parts_no_values():
    assert read_list("optimizer.betas=[0.9,0.99],[0.8,0.9]")[1].values == ("[0.9,0.99]", "[0.8,0.9]")


@pytest.mark.parametrize("written", ["log(0.0001,1)", "uniform(0,0.99)", "int(2,8)", "sgd,adam"])
def test_axis_is_written_as_it_is_typed(written):
    assert read_space([f"key={written}"]).axes["key"].written == written


@pytest.mark.parametrize(
    ("axis", "value", "text"),
    [
        (Log(1e-5, 1), 0.0031622776, "0.003162"),
        (Log(1e-5, 1), 0.0000316227, "3.162e-05"),
        (Log(1e-5, 1), 1, "1"),
        (Uniform(0, 1), 0.123456, "0.1235"),
        (Int(16, 256), 99.6, "100"),
    ],
)
def test_value_has_four_digits(axis, value, text):
    assert axis.text(value) == text


@pytest.mark.parametrize("axis", [Log(0.00012345, 0.98765), Uniform(-1.23456, 2.34567), Int(3, 9)])
def test_no_text_lies_beyond_the_ends(axis):
    assert [float(axis.text(end)) for end in (axis.low, axis.high)] == [axis.low, axis.high]


@pytest.mark.parametrize("axis", [Log(1e-4, 1), Uniform(-1, 3), Int(0, 10)])
def test_place_is_where_a_value_was_taken_from(axis):
    assert [axis.place(axis.text(axis.at(place))) for place in (0, 0.5, 1)] == pytest.approx([0, 0.5, 1], abs=1e-3)


def test_levels_are_equally_far_apart_on_their_own_scale():
    assert Log(1e-4, 1).levels(3) == ["0.0001", "0.01", "1"]
    assert Uniform(0, 1).levels(5) == ["0", "0.25", "0.5", "0.75", "1"]
    assert Int(1, 3).levels(9) == ["1", "2", "3"]


def test_value_near_an_end_of_its_range_is_told():
    space = Space({"lr": Log(1e-4, 1), "momentum": Uniform(0, 1), "depth": Int(1, 9), "optimizer": Choice(("a", "b"))})
    assert space.edges({"lr": "0.0001", "momentum": "0.5", "depth": "9", "optimizer": "a"}) == {
        "lr": "low",
        "depth": "high",
    }
    assert space.edges({"optimizer": "b"}) == {}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("lr=log(1e-4,1)", True),
        ("lr=log(1)", True),
        ("lr=loguniform(0.1,1)", True),
        ("lr=interval(0,1)", False),
        ("lr='uniform(0,1)'", True),
        ("lr=int(3)", False),
        ("lr=float(3)", False),
        ("seed=range(0,5)", False),
        ("optimizer=choice(sgd,adam)", False),
        ("lr=0.1,0.2", False),
    ],
)
def test_ranges_are_told_from_what_hydra_reads(word, expected):
    assert is_range(word) is expected


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("lr=log(0,1)", r"^lr: the ends of log must be > 0, got 0\. uniform\(0,1\) may hold it\.$"),
        ("lr=log(1,1e-4)", r"^lr: the first end of log must be the lower one, got 1,1e-4\.$"),
        ("lr=uniform(0,inf)", r"^lr: the first end of uniform must be the lower one, got 0,inf\.$"),
        ("lr=log(1)", r"^lr: log takes two ends, got log\(1\)\. Write 'lr=log\(1e-4,1\)'\.$"),
        ("n=int(1,2,3)", r"^n: int takes two ends, got int\(1,2,3\)\. Write 'n=int\(1,8\)'\.$"),
        ("n=int(1,2.5)", r"^n: the ends of int must be whole numbers, got 1,2\.5\. Write 'n=int\(1,8\)'\.$"),
        ("lr=uniform(a,b)", r"^lr: the ends of uniform must be numbers, got a,b\. Write 'lr=uniform\(0,0\.5\)'\.$"),
        (
            "lr=loguniform(1e-4,1)",
            r"^lr: unknown range 'loguniform'\. Write 'lr=log\(1e-4,1\)'\. Known: log\(a,b\), uniform\(a,b\), ",
        ),
        ("lr=unifrm(0,1)", r"^lr: unknown range 'unifrm'\. Did you mean 'uniform'\? Known: "),
        ("lr=0.1", r"^lr: has one value, got 0\.1\. List several, or write 'optimizer\.lr=log\(1e-4,1\)'\.$"),
        ("lr=", r"^lr: has one value, got \. List several"),
    ],
)
def test_what_is_no_range_is_answered_with_what_to_type(word, message):
    with pytest.raises(ConfigError, match=message):
        read_space([word])


def test_list_is_no_range():
    with pytest.raises(ConfigError, match=r"^lr: is no range, got 1,2\. Write 'optimizer\.lr=log\(1e-4,1\)'\.$"):
        read_range("lr=1,2")


def test_key_that_is_given_twice_is_refused():
    message = r"^lr: given twice: log\(0\.1,1\) and 0\.1,0\.2\. Give it once\.$"
    with pytest.raises(ConfigError, match=message):
        read_space(["lr=log(0.1,1)", "lr=0.1,0.2"])
