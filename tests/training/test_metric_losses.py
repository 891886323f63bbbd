import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.run import execute
from cnnlab.training.metric_losses import BatchHardTriplet, CenterLoss
from tests.conftest import built, interrupted_after, tiny
from tests.runs.trained import weights

LOGITS, TARGETS = torch.zeros(4, 2), torch.tensor([0, 0, 1, 1])
LINE = torch.tensor([[0.0], [1.0], [3.0], [7.0]])  # features, two of each class


def triplet(**options):
    return BatchHardTriplet(**{"weight": 1.0, "margin": 1.0, "images_per_class": 2} | options)


def center(num_features, **options):
    loss = CenterLoss(2, **{"weight": 1.0, "rate": 0.5} | options)
    loss.set_num_features(num_features)
    return loss


def test_batch_hard_triplets_are_the_value_worked_by_hand():
    # farthest of the own class, nearest of the other: 1, 3 | 1, 2 | 4, 2 | 4, 6
    assert float(triplet().term(LINE, TARGETS)) == pytest.approx((0 + 0 + 3 + 0) / 4, abs=1e-5)
    assert float(triplet(margin=2.5).term(LINE, TARGETS)) == pytest.approx((0.5 + 1.5 + 4.5 + 0.5) / 4, abs=1e-5)


def test_triplets_of_features_far_from_zero_are_those_near_it():
    near = torch.randn(8, 16, generator=torch.Generator().manual_seed(0))
    targets = torch.arange(8) % 2
    far = (near.double() + 1000).float()
    expected = float(triplet().term(near, targets))
    assert float(triplet().term(far, targets)) == pytest.approx(expected, rel=1e-3)


def test_image_without_another_of_its_class_counts_for_nothing():
    assert float(triplet(margin=2.5).term(LINE[:3], TARGETS[:3])) == pytest.approx((0.5 + 1.5) / 2, abs=1e-5)


@pytest.mark.parametrize("targets", [[0, 0, 0, 0], [0, 1, 2, 3]])
def test_batch_without_a_triplet_costs_nothing_and_has_a_gradient(targets):
    features = LINE.clone().requires_grad_()
    loss = triplet().term(features, torch.tensor(targets))
    loss.backward()
    assert loss.item() == 0
    assert features.grad.eq(0).all()


def test_terms_are_those_of_their_formulas_in_float64():
    """Relative: 1e-5; the squares of distances are added in fp32."""
    draw = np.random.default_rng(0)
    features, targets = (5 + draw.standard_normal((24, 16))).astype(np.float32), np.arange(24) % 3
    f, given = features.astype(np.float64), (torch.tensor(features), torch.tensor(targets))
    d = np.linalg.norm(f[:, None] - f, axis=2)
    is_same = targets[:, None] == targets
    farthest, nearest = np.where(is_same, d, 0).max(1), np.where(is_same, np.inf, d).min(1)
    expected = np.maximum(0, 1 + farthest - nearest).mean()
    assert float(triplet().term(*given)) == pytest.approx(expected, rel=1e-5)
    loss = CenterLoss(3, weight=1.0, rate=0.5)
    loss.set_num_features(16)
    assert float(loss.term(*given)) == pytest.approx((f**2).sum(1).mean() / 2, rel=1e-5)
    moved = np.stack([0.5 * f[targets == k].sum(0) / 9 for k in range(3)])
    np.testing.assert_allclose(loss.centers.numpy(), moved, rtol=1e-5)


def test_equal_features_have_a_finite_gradient():
    features = torch.zeros(4, 3, requires_grad=True)
    triplet().term(features, TARGETS).backward()
    assert features.grad.isfinite().all()


def test_distances_are_torchs():
    from cnnlab.training.metric_losses import _distances

    features = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(_distances(features), torch.cdist(features, features), atol=2e-3, rtol=1e-4)


def test_center_term_and_centres_are_the_values_worked_by_hand():
    loss = center(1)
    loss.centers.copy_(torch.tensor([[0.0], [5.0]]))
    assert float(loss.term(LINE, TARGETS)) == pytest.approx((0 + 1 + 4 + 4) / 2 / 4)
    # class 0: 0 + 0.5 * (0 + 1) / 3; class 1: 5 + 0.5 * (-2 + 2) / 3
    torch.testing.assert_close(loss.centers, torch.tensor([[1 / 6], [5.0]]))


def test_class_that_is_not_in_the_batch_keeps_its_centre():
    loss = center(1)
    loss.centers.fill_(4.0)
    loss.term(LINE[:2], TARGETS[:2])
    assert loss.centers[1].item() == 4.0


def test_centre_does_not_learn_by_the_optimizer():
    assert list(center(3).parameters()) == []
    assert set(center(3).state_dict()) == {"centers"}


@pytest.mark.parametrize("make", [triplet, lambda: center(1)])
def test_loss_is_cross_entropy_and_the_weighted_term(make):
    loss = make()
    assert float(loss(LOGITS, TARGETS)) == pytest.approx(float(F.cross_entropy(LOGITS, TARGETS)))
    loss.weight = 3.0
    term = float(make().term(LINE, TARGETS))
    assert float(loss(LOGITS, TARGETS, LINE)) == pytest.approx(float(F.cross_entropy(LOGITS, TARGETS)) + 3 * term)


@pytest.mark.parametrize("loss", ["cross_entropy_triplet", "cross_entropy_center"])
def test_run_with_a_loss_of_features_is_resumed_bit_for_bit(loss, in_empty_folder):
    typed = (f"loss={loss}", "checkpoint_seconds=0")
    whole = execute(tiny(*typed), runs=in_empty_folder / "whole").folder
    with interrupted_after(1):
        execute(tiny(*typed), runs=in_empty_folder / "cut")
    again = execute(tiny(*typed), runs=in_empty_folder / "cut").folder
    torch.testing.assert_close(weights(whole), weights(again), rtol=0, atol=0)


def test_centres_are_in_the_checkpoint(in_empty_folder):
    with interrupted_after(1):
        execute(tiny("loss=cross_entropy_center", "checkpoint_seconds=0"))
    (path,) = (in_empty_folder / "outputs" / "runs").iterdir()
    centers = RunFolder(path).load_checkpoint("last.pt")["loss"]["centers"]
    assert centers.shape[0] == 3
    assert centers.abs().sum() > 0


def test_arms_of_one_seed_start_from_the_same_centres(in_empty_folder):
    one, same, other = (
        built(tiny("loss=cross_entropy_center", *typed)).learning.loss_fn.centers
        for typed in ((), ("optimizer=sgd",), ("seed=1",))
    )
    torch.testing.assert_close(one, same, rtol=0, atol=0)
    assert (one != other).any()
