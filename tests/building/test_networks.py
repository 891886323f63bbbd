import pytest
import torch

from cnnlab.base.errors import ConfigError
from cnnlab.building.networks import build_model, size_of
from cnnlab.building.parts import ImageSpec
from cnnlab.data.image_normalization import Normalization
from tests.conftest import built, tiny


def test_flops_of_cnn6_are_those_worked_by_hand():
    images = ImageSpec(tuple("0123456789"), 3, 32, Normalization((0.0,) * 3, (1.0,) * 3))
    model = build_model(tiny("model.width=1"), images)
    convolutions = 30 * 30 * 27 * 6 + 169 * (54 * 8 + 80 + 120 + 168 + 224)
    linears = 2704 * 1024 + 1024 * 512 + 512 * 256 + 256 * 10
    assert size_of(model, images, torch.device("cpu")).flops == 2 * (convolutions + linears)


@pytest.mark.parametrize("model", ["cnn6", "plain_cnn"])
def test_images_too_small_for_a_network_are_refused(model):
    message = (
        rf"model \({model}\): needs images of at least \dx\d pixels, got 2x2\. Set dataset\.image_size=\d or more\."
    )
    with pytest.raises(ConfigError, match=message):
        built(tiny(f"model={model}", "dataset.image_size=2"))
