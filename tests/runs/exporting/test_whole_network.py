"""What is exported answers as the network does, with what comes before and after it."""

import dataclasses
import io

import numpy as np
import pytest
import torch
from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.networks.models import MODELS
from cnnlab.networks.scores import NEVER
from cnnlab.runs.calibration import Calibration
from cnnlab.runs.exporting.whole_network import WholeNetwork, graph_of
from tests.runs.exporting.networks import HEADS, IMAGES, learnt, of_family, outputs_of, pixels, with_head


def check_program(trained, calibration=None):
    """See that a program answers as the network does, one image and more than it was traced with."""
    program = graph_of(WholeNetwork(trained, calibration), "a-run").module()
    for num in (1, 40):
        given = pixels(trained.images, num)
        with torch.inference_mode():
            outputs = program(given)[0].numpy()
        expected = outputs_of(trained, given)
        np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-5 * abs(expected).max())


@pytest.mark.parametrize("name", MODELS)
def test_every_family_is_a_graph_for_any_number_of_images(name):
    check_program(of_family(name))


@pytest.mark.parametrize("name", HEADS)
def test_every_head_is_a_graph_for_any_number_of_images(name):
    check_program(with_head(learnt(name)))


@pytest.mark.parametrize(
    ("size", "interpolation"), [(20, "bilinear"), (20, "bicubic"), (6, "bilinear"), (6, "bicubic")]
)
def test_scaling_in_memory_is_part_of_the_graph(size, interpolation):
    images = dataclasses.replace(IMAGES, read_size=12, resize=size, image_size=size - 2, interpolation=interpolation)
    check_program(with_head(learnt("linear"), images=images))


def test_gray_images_become_colour_ones():
    gray = dataclasses.replace(IMAGES, channels=1, normalization=type(IMAGES.normalization)((0.4,), (0.2,)))
    check_program(with_head(learnt("linear"), images=gray))


def test_probabilities_are_the_softmax_of_logits_and_calibrated_decision_values():
    given = pixels(IMAGES, 3)
    logits = WholeNetwork(with_head(learnt("linear"), scores_are="probabilities"), None)
    outputs, probabilities = logits(given)
    torch.testing.assert_close(probabilities, outputs.softmax(1))
    values = with_head(learnt("zero-shot"))
    outputs, probabilities = WholeNetwork(values, Calibration(0.5, 9))(given)
    torch.testing.assert_close(
        probabilities, torch.from_numpy(Calibration(0.5, 9).probabilities(outputs.detach())).float()
    )
    assert (outputs[:, 1] == NEVER).all()
    assert (probabilities[:, 1] == 0).all()
    assert len(WholeNetwork(values, None)(given)) == len(WholeNetwork(values, None).names) == 1


def test_class_that_is_never_answered_has_no_probability_however_flat_the_scale():
    values = with_head(learnt("zero-shot"))
    probabilities = WholeNetwork(values, Calibration(1e-4, 9))(pixels(IMAGES, 2))[1]
    assert (probabilities[:, 1] == 0).all()


class AsItComes(nn.Module):
    """Outputs that depend on the values."""

    def forward(self, features):
        return features[:, :3] if features.sum() > 0 else -features[:, :3]


def test_network_that_is_no_graph_is_refused_with_the_reason():
    message = (
        r"^--format: the network of a-run is no graph to torch \(\w+: .+\)\. Take --format cnnlab or safetensors\.$"
    )
    with pytest.raises(ConfigError, match=message):
        graph_of(WholeNetwork(with_head(AsItComes()), None), "a-run")


def test_program_names_no_files_of_this_machine():
    content = io.BytesIO()
    torch.export.save(graph_of(WholeNetwork(with_head(learnt("knn")), None), "a-run"), content)
    assert b".py" not in content.getvalue()
