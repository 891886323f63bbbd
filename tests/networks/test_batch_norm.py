"""Running statistics: the formula worked by hand, torch's modules as the reference, and the way there and back."""

import pytest
import torch
from timm.layers import BatchNormAct2d
from torch import nn

from cnnlab.networks.batch_norm import BatchNorm1d, BatchNorm2d, correct, folded, take_as_they_are

KINDS = [(BatchNorm2d, nn.BatchNorm2d, (8, 3, 4, 4)), (BatchNorm1d, nn.BatchNorm1d, (8, 3))]
of_kinds = pytest.mark.parametrize(("kind", "torchs", "shape"), KINDS, ids=["2d", "1d"])


def small(*shape, seed=0):
    """Return values as far from mean 0 and variance 1 as those inside a network: about 0.02 and 5e-5."""
    return 0.02 + 0.007 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def seen(module, *batches):
    module.train()
    for batch in batches:
        module(batch)
    return module.eval()


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))


def trained(model, steps):
    optimizer = torch.optim.SGD(model.train().parameters(), lr=0.1, momentum=0.9)
    for step in range(steps):
        optimizer.zero_grad()
        model(small(8, 1, 6, 6, seed=step)).square().mean().backward()
        optimizer.step()
    return model


def test_statistics_are_the_ones_worked_by_hand():
    # Momentum 1/4. Batch {3, 5}: mean 4, variance 2. Batch {0, 8}: mean 4, variance 32.
    # running_var: 3/4 + 1/4 * 2 = 5/4, then 3/4 * 5/4 + 1/4 * 32 = 143/16; k = 9/16: (143 - 9) / (16 - 9) = 134/7.
    norm = seen(BatchNorm1d(1, momentum=0.25), torch.tensor([[3.0], [5.0]]), torch.tensor([[0.0], [8.0]]))
    assert norm.running_var.item() == 143 / 16
    mean, variance = norm.statistics()
    assert (mean.item(), variance.item()) == pytest.approx((4.0, 134 / 7), rel=1e-7)


@of_kinds
def test_of_a_constant_stream_evaluation_is_exact_from_the_first_step(kind, torchs, shape):
    batch, norm = small(*shape), kind(3, eps=1e-12)
    axes = (0, 2, 3)[: len(shape) - 1]
    centre = batch - batch.mean(axes, keepdim=True)
    expected = centre / batch.var(axes, keepdim=True).sqrt()
    for step in range(60):
        found = seen(norm, batch)(batch)
        torch.testing.assert_close(found, expected, rtol=0, atol=0.05 if step < 1 else 0.02)  # fp32 of 1 - 5e-5


@of_kinds
def test_training_is_torchs_to_the_bit(kind, torchs, shape):
    own, reference = kind(3), torchs(3)
    for step in range(3):
        assert torch.equal(own(small(*shape, seed=step)), reference(small(*shape, seed=step)))
    torch.testing.assert_close(dict(own.state_dict()), dict(reference.state_dict()), rtol=0, atol=0)
    assert list(own.state_dict()) == list(reference.state_dict())


def test_weights_after_steps_are_torchs_to_the_bit():
    own, reference = network(), network()
    correct(own)
    torch.testing.assert_close(
        dict(trained(own, 20).state_dict()), dict(trained(reference, 20).state_dict()), rtol=0, atol=0
    )


@of_kinds
def test_before_the_first_step_nothing_is_corrected(kind, torchs, shape):
    assert torch.equal(kind(3).eval()(small(*shape)), torchs(3).eval()(small(*shape)))


def test_variance_is_never_negative():
    norm = seen(BatchNorm1d(1), *[torch.full((4, 1), 0.5)] * 3)
    assert norm.statistics()[1].item() >= 0
    assert torch.isfinite(norm(torch.zeros(2, 1))).all()


@of_kinds
def test_corrected_statistics_forget_as_torchs_do(kind, torchs, shape):
    batches = [small(*shape, seed=step) for step in range(300)]
    torch.testing.assert_close(
        seen(kind(3), *batches)(batches[0]), seen(torchs(3), *batches)(batches[0]), rtol=0, atol=1e-5
    )


@of_kinds
@pytest.mark.parametrize("steps", [0, 1, 7])
def test_folded_state_gives_torchs_module_the_same_evaluation(kind, torchs, shape, steps):
    own, reference, again = seen(kind(3), *[small(*shape)] * steps), torchs(3).eval(), kind(3).eval()
    expected = own(small(*shape))
    reference.load_state_dict(folded(own))
    again.load_state_dict(folded(own))
    assert torch.equal(reference(small(*shape)), expected)
    assert torch.equal(again(small(*shape)), expected)
    torch.testing.assert_close(folded(again), dict(again.state_dict()), rtol=0, atol=0)


def test_folding_leaves_the_network_and_what_is_no_batch_normalization():
    model = network()
    correct(model)
    before = {key: value.clone() for key, value in trained(model, 2).state_dict().items()}
    state = folded(model)
    torch.testing.assert_close(dict(model.state_dict()), before, rtol=0, atol=0)
    assert [key for key in state if not torch.equal(state[key], before[key])] == [
        "1.running_mean", "1.running_var", "1.num_batches_tracked",
    ]  # fmt: skip


def test_folded_statistics_are_not_corrected_when_trained_further():
    norm, torchs = BatchNorm2d(3), nn.BatchNorm2d(3)
    state = folded(seen(BatchNorm2d(3), small(8, 3, 4, 4)))
    norm.load_state_dict(state)
    torchs.load_state_dict(state)
    batch = small(8, 3, 4, 4, seed=1)
    assert torch.equal(seen(norm, batch)(batch), seen(torchs, batch)(batch))


@pytest.mark.parametrize("act", [nn.ReLU, nn.SiLU])
def test_batch_normalization_of_timm_is_corrected_before_its_activation(act):
    batches = [small(8, 3, 4, 4, seed=seed) for seed in range(3)]
    timms = nn.Sequential(BatchNormAct2d(3, act_layer=act, inplace=False))
    correct(timms)
    seen(timms, *batches)
    ours = seen(nn.Sequential(BatchNorm2d(3), act()), *batches)
    assert torch.equal(timms(batches[0]), ours(batches[0]))
    assert torch.equal(timms.train()(batches[1]), ours.train()(batches[1]))
    plain = nn.Sequential(BatchNormAct2d(3, act_layer=act, inplace=False)).eval()
    plain.load_state_dict(folded(timms))
    torch.testing.assert_close(plain(batches[0]), timms.eval()(batches[0]))
    take_as_they_are(timms)
    assert type(timms[0]) is BatchNormAct2d


def test_loaded_statistics_are_taken_as_they_are():
    model = network()
    correct(model)
    trained(model, 2)
    reference = network().eval()
    reference.load_state_dict(model.state_dict())
    take_as_they_are(model)
    assert type(model[1]) is nn.BatchNorm2d
    assert torch.equal(model.eval()(small(2, 1, 6, 6)), reference(small(2, 1, 6, 6)))


@pytest.mark.parametrize("options", [{"momentum": None}, {"track_running_stats": False}])
def test_module_that_has_nothing_to_correct_stays_torchs(options):
    model = nn.Sequential(nn.BatchNorm2d(3, **options))
    correct(model)
    assert type(model[0]) is nn.BatchNorm2d


def test_evaluation_computes_in_the_dtype_of_autocast():
    norm = seen(BatchNorm2d(3), small(8, 3, 4, 4))
    assert norm(small(8, 3, 4, 4).bfloat16()).dtype == torch.bfloat16


def test_shape_that_is_none_of_an_image_is_refused_in_evaluation_too():
    with pytest.raises(ValueError, match=r"expected 4D input \(got 2D input\)"):
        BatchNorm2d(3).eval()(torch.zeros(2, 3))
