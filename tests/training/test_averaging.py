import pytest
import torch
from torch import nn

from cnnlab.networks.batch_norm import BatchNorm1d
from cnnlab.training.averaging import MovingAverage
from tests.host_traffic import NoHostTraffic


def after(values, decay):
    """Return the average of a weight that had these values, starting from 100."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 100.0)
    average = MovingAverage(model, decay)
    for value in values:
        nn.init.constant_(model.weight, value)
        average.update_parameters(model)
    return average.module.weight.item()


@pytest.mark.parametrize(
    ("values", "decay", "expected"),
    [
        ([5], 0.999, 5),  # the first update copies
        ([5, 16], 0.999, 5 * 2 / 11 + 16 * 9 / 11),  # n = 1: d = 2 / 11
        ([5, 16, 8], 0.999, (5 * 2 / 11 + 16 * 9 / 11) * 3 / 12 + 8 * 9 / 12),
        ([5, 16], 0.1, 5 * 0.1 + 16 * 0.9),  # a decay that is smaller than the warm-up's
        ([5, 16], 0.0, 16),
    ],
)
def test_decay_is_warmed_up(values, decay, expected):
    assert after(values, decay) == pytest.approx(expected, rel=1e-6)


def test_decay_is_the_one_asked_for_in_the_end():
    constant = [1.0] * 2000
    assert after([*constant, 2.0], 0.99) == pytest.approx(1.01, rel=1e-5)


def test_corrected_statistics_are_averaged_and_nothing_is_left_to_correct():
    batch = 0.02 + 0.007 * torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    model = nn.Sequential(BatchNorm1d(3))
    average = MovingAverage(model, 0.999)
    for _ in range(5):
        model(batch)
        average.update_parameters(model)
    norm = average.module[0].eval()
    torch.testing.assert_close(norm.statistics()[0], batch.mean(0), rtol=1e-5, atol=0)
    torch.testing.assert_close(norm.statistics()[1], batch.var(0), rtol=0, atol=1e-6)  # fp32 around 1
    torchs = nn.BatchNorm1d(3).eval()
    torchs.load_state_dict(norm.state_dict())
    assert torch.equal(torchs(batch), norm(batch))


def test_average_goes_on_from_its_state():
    model = nn.Sequential(nn.Linear(3, 3), BatchNorm1d(3))
    one, other = MovingAverage(model, 0.9), MovingAverage(model, 0.9)
    for step in range(4):
        model(torch.randn(4, 3, generator=torch.Generator().manual_seed(step)))
        one.update_parameters(model)
        if step == 1:
            other.load_state_dict(one.state_dict())
        if step > 1:
            other.update_parameters(model)
    torch.testing.assert_close(dict(one.state_dict()), dict(other.state_dict()), rtol=0, atol=0)


def test_count_of_updates_lies_where_the_network_does():
    model = nn.Sequential(nn.Linear(3, 3), BatchNorm1d(3)).to("meta")
    average = MovingAverage(model, 0.9)
    with NoHostTraffic():
        average.update_parameters(model)
    assert average.n_averaged.is_meta
