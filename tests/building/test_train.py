import torch

from tests.conftest import built, tiny


def test_equal_configurations_build_equal_models():
    first, second = (built(tiny()).learning.model.state_dict() for _ in range(2))
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_model_gets_size_channels_and_classes_from_the_data():
    parts = built(tiny("dataset.channels=1", "dataset.image_size=12", "dataset.num_classes=4"))
    assert (parts.images.channels, parts.images.image_size, len(parts.images.classes)) == (1, 12, 4)
    assert parts.learning.model(torch.zeros(2, 1, 12, 12)).shape == (2, 4)


def test_arms_share_initial_weights_in_modules_of_the_same_name():
    first, second = (
        built(tiny(*arm)).learning.model.state_dict()
        for arm in (["normalization=batch"], ["normalization=none", "activation=tanh"])
    )
    shared = first.keys() & second.keys()
    assert "conv1.weight" in shared
    assert all(torch.equal(first[key], second[key]) for key in shared)
