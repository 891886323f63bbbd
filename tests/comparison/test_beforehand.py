"""What was done with arms before: a table that fits."""

from cnnlab.comparison.beforehand import Beforehand

ROWS = [
    ("optimizer", "chose", "tuned %", "trials"),
    ("sgd", "lr=0.3", "97.50", "12"),
    ("momentum", "lr=0.01", "9.00", "2"),
]


def test_columns_that_do_not_fit_are_left_out_from_the_right():
    before = Beforehand("Tuning", "", ROWS, [])
    assert before.lines(80) == [
        "optimizer  chose    tuned %  trials",
        "sgd        lr=0.3     97.50      12",
        "momentum   lr=0.01     9.00       2",
    ]
    assert before.lines(30)[0] == "optimizer  chose    tuned %"
    assert before.lines(10)[0] == "optimizer  chose    tuned %"
