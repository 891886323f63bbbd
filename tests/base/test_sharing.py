"""What runs of one process share."""

from cnnlab.base.sharing import shared, sharing


def counting():
    made = []

    def make():
        made.append(None)
        return len(made)

    return make


def test_outside_nothing_is_kept():
    make = counting()
    assert [shared("data", "a", make), shared("data", "a", make)] == [1, 2]


def test_inside_a_value_is_made_once():
    make = counting()
    with sharing():
        assert [shared("data", "a", make), shared("data", "a", make)] == [1, 1]


def test_kinds_and_keys_are_kept_apart():
    make = counting()
    with sharing():
        assert [shared("data", "a", make), shared("data", "b", make), shared("source", "a", make)] == [1, 2, 3]


def test_of_a_kind_the_last_two_that_were_used_are_kept():
    make = counting()
    with sharing():
        for key in ("a", "b", "a", "c"):
            shared("data", key, make)
        assert [shared("data", "a", make), shared("data", "c", make), shared("data", "b", make)] == [1, 3, 4]


def test_nothing_is_kept_after_the_end():
    make = counting()
    with sharing():
        shared("data", "a", make)
    assert shared("data", "a", make) == 2
