"""The learning-rate range test: what it does to the loss, and what is read from it."""

import math

import pytest

from cnnlab.base.stopping import Stop
from cnnlab.data.library import DataLibrary
from cnnlab.runs.rate_search import HIGHEST, LOWEST, STEPS, RateCurve, propose, search
from tests.conftest import tiny


def curve(*smoothed):
    return RateCurve([10.0**-i for i in range(len(smoothed), 0, -1)], smoothed, smoothed)


def test_rates_grow_by_the_same_factor_until_the_loss_explodes():
    told = []
    found = search(tiny("optimizer=sgd"), library=DataLibrary(), stop=Stop(), progress=lambda *step: told.append(step))
    assert (found.rates[0], told[0]) == (LOWEST, ("rates", 1, STEPS))
    factors = [after / before for before, after in zip(found.rates, found.rates[1:])]
    assert factors == pytest.approx([(HIGHEST / LOWEST) ** (1 / (STEPS - 1))] * len(factors))
    assert len(found.rates) == len(found.losses) == len(found.smoothed)
    assert all(map(math.isfinite, found.smoothed))


def test_range_is_from_where_the_loss_begins_to_fall_to_where_it_is_lowest():
    found = propose(curve(2.0, 1.95, 1.8, 1.0, 5.0))
    assert (found.low, found.high) == pytest.approx((1e-3, 1e-2))
    assert found.rate == pytest.approx(1e-3)


@pytest.mark.parametrize("smoothed", [(2.0, 2.1, 2.5), (2.0,), ()])
def test_of_a_loss_that_never_falls_nothing_is_proposed(smoothed):
    assert propose(curve(*smoothed)) is None


def test_smooth_course_follows_the_losses_from_the_first_on():
    found = search(tiny("optimizer.lr=1"), library=DataLibrary(), stop=Stop(), progress=lambda *_: None)
    assert found.smoothed[0] == found.losses[0]
    assert found.smoothed[1] == pytest.approx((found.losses[1] + 0.95 * found.losses[0]) / 1.95)
