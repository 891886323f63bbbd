"""The values that a swept word stands for: how many, and which."""

import pytest

from cnnlab.cli.main import main

TOO_MANY = "A sweep takes 1,000,000 at most. Give fewer values."
WRONG = [
    ("-m seed=range(0,1e9)", f"seed: 1,000,000,000 points. {TOO_MANY}"),
    ("-m seed=range(0,1,1e-9)", f"seed: 1,000,000,000 points. {TOO_MANY}"),
    ("seed=range(0,1000000000)", f"seed: 1,000,000,000 points. {TOO_MANY}"),
    ("-m seed=shuffle(range(0,1e9))", f"seed: 1,000,000,000 points. {TOO_MANY}"),
    (
        "-m seed=range(1000,3001) batch_size=range(2,1002) epochs=1,2",
        f"seed, batch_size, epochs: 4,002,000 points (seed 2,001 x batch_size 1,000 x epochs 2). {TOO_MANY}",
    ),
    ("-m seed=range(0,10,0)", "seed: range(0,10,0) has no end. Give finite numbers and a step."),
    ("-m seed=range(0,inf)", "seed: range(0,inf) has no end. Give finite numbers and a step."),
    (
        "-m optimizer=sort(range(2)),adam",
        "optimizer: a sweep takes single values, got sort(range(2)),adam. List them: a,b,c.",
    ),
    (
        "-m optimizer.lr=interval(0,1)",
        "optimizer.lr: a sweep takes single values, got interval(0,1). List them: a,b,c.",
    ),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_grid_is_refused_before_it_is_expanded(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr() == ("", message + "\n")
