"""Times as a person says them."""

import pytest

from cnnlab.durations import duration


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (3600, "1 h 0 min"), (7500, "2 h 5 min")]
)
def test_duration_is_said_as_a_person_says_it(seconds, text):
    assert duration(seconds) == text
