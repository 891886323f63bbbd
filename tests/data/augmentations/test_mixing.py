"""Hidden and mixed images: values by hand, scipy's beta distribution as reference."""

import pytest
import torch
from scipy.stats import beta

from cnnlab.data.augmentations.mixing import blend, box_mask, cutmix, cutout, mixup
from tests.data.augmentations.images import noise, uniform

BLACK, WHITE = (torch.full((4000, 1, 16, 16), value, dtype=torch.uint8) for value in (0, 255))


def test_box_lies_around_its_centre_and_ends_with_the_image():
    mask = box_mask(noise(2, size=5), *(torch.tensor(values) for values in ([2, 0], [1, 4], [1, 2], [1, 3])))
    assert mask.shape == (2, 1, 5, 5)
    assert mask[0, 0].nonzero().tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    assert mask[1, 0].nonzero().tolist() == [[row, column] for row in (1, 2, 3, 4) for column in (0, 1)]


def test_blend_weighs_image_and_partner_and_rounds():
    images, partners = (torch.tensor([a, b], dtype=torch.uint8).view(2, 1, 1, 1) for a, b in ((100, 7), (200, 255)))
    assert blend(images, partners, torch.tensor([0.25, 1.0])).flatten().tolist() == [175, 7]


def test_cutout_hides_a_square_of_its_side():
    result = cutout(side=0.5, fill=9).apply(BLACK, uniform(4000, 3))
    hidden = (result == 9).sum((1, 2, 3))
    assert int(hidden.max()) == 8 * 8
    assert int(hidden.min()) == 4 * 4  # centred on a corner: a quarter is inside
    assert float((hidden == 64).float().mean()) == pytest.approx((9 / 16) ** 2, abs=0.03)


def test_cutout_hides_with_its_probability():
    draws = uniform(4000, 3)
    is_hidden = (cutout(probability=0.3).apply(BLACK, draws) > 0).flatten(1).any(1)
    assert torch.equal(is_hidden, draws[:, 2] < 0.3)


@pytest.mark.parametrize(("alpha", "tolerance"), [(0.1, 1e-4), (0.2, 1e-4), (1.0, 1e-4), (4.0, 0.03)])
def test_weights_are_those_of_a_beta_distribution(alpha, tolerance):
    draws = torch.cat((uniform(4000, 1), torch.zeros(4000, 1)), 1)
    _, weight = mixup(alpha=alpha).mixing.apply(BLACK, WHITE, draws)
    expected = torch.from_numpy(beta.ppf(draws[:, 0].double().numpy(), alpha, alpha)).float()
    torch.testing.assert_close(weight, expected, atol=tolerance, rtol=0)
    assert float((weight - expected).abs().mean()) < 1e-4


def test_mixup_weighs_the_images_as_the_targets():
    mixed, weight = mixup().mixing.apply(BLACK, WHITE, uniform(4000, 2))
    torch.testing.assert_close(mixed[:, 0, 0, 0] / 255.0, 1 - weight, atol=0.5 / 255 + 1e-6, rtol=0)


def test_cutmix_weighs_the_targets_by_the_pixels_that_came_in():
    mixed, weight = cutmix().mixing.apply(BLACK, WHITE, uniform(4000, 4))
    assert set(mixed.unique().tolist()) == {0, 255}
    torch.testing.assert_close((mixed == 0).float().mean((1, 2, 3)), weight, atol=1e-6, rtol=0)


def test_box_of_cutmix_has_the_drawn_share_where_it_lies_inside():
    draws = torch.tensor([[0.75, 0.0, 0.5, 0.5]])  # alpha 1: the draw is the weight; centre in the middle
    mixed, weight = cutmix().mixing.apply(BLACK[:1], WHITE[:1], draws)
    assert weight.tolist() == [0.75]
    assert mixed[0, 0].nonzero().tolist() == [[row, column] for row in range(4, 12) for column in range(4, 12)]


@pytest.mark.parametrize(("factory", "num_draws"), [(mixup, 2), (cutmix, 4)])
def test_images_that_are_not_mixed_keep_their_target(factory, num_draws):
    draws = uniform(4000, num_draws)
    mixed, weight = factory(probability=0.5).mixing.apply(BLACK, WHITE, draws)
    is_left = draws[:, 1] >= 0.5
    assert bool((weight[is_left] == 1).all())
    assert int(mixed[is_left].max()) == 0
