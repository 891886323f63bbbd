"""A grid of two factors whose effects are worked out by hand in test_factors.py."""

from __future__ import annotations

from cnnlab.comparison import compare_study
from tests.comparison.study_maker import write_study

GRID = {
    "optimizer=sgd activation=relu": [0.80, 0.79, 0.81],
    "optimizer=sgd activation=gelu": [0.82, 0.83, 0.81],
    "optimizer=sgd activation=tanh": [0.78, 0.77, 0.79],
    "optimizer=adam activation=relu": [0.84, 0.85, 0.83],
    "optimizer=adam activation=gelu": [0.88, 0.87, 0.89],
    "optimizer=adam activation=tanh": [0.80, 0.81, 0.79],
}


def grid_study(arms=GRID, *, num_test=1000, **more):
    """Write the study of a grid, and compare it."""
    return compare_study(write_study(arms, more={name: {"num_test": num_test} for name in arms}, **more))


def effects_of(arms, **more):
    """Return what a grid says of its factors."""
    return grid_study(arms, **more).effects
