"""A composed configuration in plain values."""

from cnnlab.cli.main import main


def test_references_between_keys_are_resolved(trained):
    assert main(["train", "dataset.split_seed=${seed}", "seed=4"]) == 0
    assert trained[0][0]["dataset"]["split_seed"] == 4
    assert trained[0][1] == ["dataset.split_seed=${seed}", "seed=4"]
