import pytest
from scipy.stats import binomtest

from cnnlab.base.intervals import wilson_interval


@pytest.mark.parametrize(("hits", "number"), [(21, 25), (0, 10), (10, 10), (349, 359), (9412, 10_000)])
def test_wilson_interval_is_that_of_scipy(hits, number):
    expected = binomtest(hits, number).proportion_ci(method="wilson")
    assert wilson_interval(hits, number) == pytest.approx((expected.low, expected.high), abs=1e-6)
