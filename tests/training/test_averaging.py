import pytest
import torch
from torch import nn

from cnnlab.networks.batch_norm import BatchNorm1d
from cnnlab.training.averaging import Lookahead, MovingAverage
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


@pytest.mark.parametrize("average_of", [lambda m: MovingAverage(m, 0.9), lambda m: Lookahead(m, every=2, part=0.5)])
def test_count_of_updates_lies_where_the_network_does(average_of):
    model = nn.Sequential(nn.Linear(3, 3), BatchNorm1d(3)).to("meta")
    average = average_of(model)
    with NoHostTraffic():
        average.update_parameters(model)
    assert average.n_averaged.is_meta


def lookahead_after(values, *, every, part):
    """Return slow and fast weight, both from 0, after steps that add these to the fast one."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    average = Lookahead(model, every=every, part=part)
    for value in values:
        with torch.no_grad():
            model.weight += value
        average.update_parameters(model)
    return average.module.weight.item(), model.weight.item()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.0], (0, 2)),
        ([2.0, 4.0], (3, 3)),  # half the way to 6, and the fast one goes back
        ([2.0, 4.0, 1.0], (3, 4)),
        ([2.0, 4.0, 1.0, 1.0], (4, 4)),
    ],
)
def test_every_second_step_the_weights_go_back_half_the_way(values, expected):
    assert lookahead_after(values, every=2, part=0.5) == expected


def test_slow_weights_have_the_statistics_of_the_step_that_they_moved_at():
    model = nn.Sequential(BatchNorm1d(3))
    average = Lookahead(model, every=2, part=0.5)
    kept = []
    for step in range(4):
        model(torch.randn(4, 3, generator=torch.Generator().manual_seed(step)))
        average.update_parameters(model)
        kept.append(average.module[0].eval().statistics()[0].clone())
        if step % 2:
            torch.testing.assert_close(kept[-1], model[0].statistics()[0])
    assert torch.equal(kept[1], kept[2])
    assert not torch.equal(kept[2], kept[3])
