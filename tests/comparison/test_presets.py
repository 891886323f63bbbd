"""What comes with a part."""

from cnnlab.comparison.presets import preset


def test_options_of_a_part_that_ships_are_those_of_its_file():
    assert preset("optimizer", "sgd") == {
        "optimizer": "sgd", "optimizer.lr": "0.1", "optimizer.weight_decay": "0", "optimizer.decoupled": "null",
    }  # fmt: skip


def test_of_a_part_of_the_users_own_nothing_is_known():
    assert preset("optimizer", "mine") == {}
