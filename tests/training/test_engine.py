import gc
import math

import pytest
import torch
from torch import nn

from cnnlab.data.batches import Piece
from cnnlab.training.averaging import MovingAverage
from cnnlab.training.engine import fit
from cnnlab.training.evaluation import Score, evaluate
from cnnlab.training.step import Clipping


def batches(num_images=10, batch_size=4, seed=0):
    g = torch.Generator().manual_seed(seed)
    images, targets = torch.randn(num_images, 1, 2, 2, generator=g), torch.randint(0, 3, (num_images,), generator=g)
    return list(zip(images.split(batch_size), targets.split(batch_size)))


def pieces(data):
    """Return batches as pieces of one step each."""
    return [Piece(images, targets, (len(targets),)) for images, targets in data]


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(4, 3))


def trained(model, *, lr=0.1, epochs=2, data=None, **options):
    data = data or batches()
    return list(
        fit(
            model, lambda epoch: pieces(data), loss_fn=nn.CrossEntropyLoss(),
            optimizer=torch.optim.SGD(model.parameters(), lr=lr), schedule=options.pop("schedule", lambda step: 1.0),
            steps_per_epoch=len(data), epochs=epochs, **options,
        )
    )  # fmt: skip


def test_train_loss_weights_a_short_last_batch_by_its_size():
    model, data = network(), batches(num_images=5, batch_size=4)
    expected = evaluate(model, data, loss_fn=nn.CrossEntropyLoss())
    (record,) = trained(model, lr=0.0, epochs=1, data=data)  # weights stay: running means are exact
    assert record.train.loss == pytest.approx(expected.loss, abs=1e-6)
    assert record.train.accuracy == pytest.approx(expected.accuracy)


def test_accuracy_counts_the_dominant_class_of_mixed_targets():
    targets = torch.tensor([[0.6, 0.4, 0.0], [0.5, 0.5, 0.0], [0.2, 0.5, 0.3], [0.0, 0.0, 1.0]])
    model = network()
    nn.init.zeros_(model[1].weight)
    model[1].bias.data = torch.tensor([1.0, 0.0, 0.0])  # answers class 0
    (record,) = trained(model, epochs=1, data=[(torch.zeros(4, 1, 2, 2), targets)])
    assert record.train.accuracy == 2 / 4  # of equal ones the first


def test_fit_steps_as_a_hand_written_loop_does():
    model, reference, data = network(), network(), batches()
    trained(model, data=data)
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.1)
    for _ in range(2):
        for images, targets in data:
            optimizer.zero_grad()
            nn.functional.cross_entropy(reference(images), targets).backward()
            optimizer.step()
    torch.testing.assert_close(model.state_dict(), reference.state_dict(), rtol=0, atol=0)


def test_fit_yields_one_record_per_epoch_counted_from_one():
    assert [record.epoch for record in trained(network(), epochs=3)] == [1, 2, 3]


def test_fit_trains_nothing_until_it_is_asked_for_a_record():
    model = network()
    before = model[1].weight.clone()
    records = fit(
        model, lambda epoch: pieces(batches()), loss_fn=nn.CrossEntropyLoss(),
        schedule=lambda step: 1.0, steps_per_epoch=3, optimizer=torch.optim.SGD(model.parameters(), lr=0.1), epochs=1,
    )  # fmt: skip
    assert torch.equal(model[1].weight, before)
    next(records)
    assert not torch.equal(model[1].weight, before)


def test_training_resumed_at_an_epoch_border_equals_one_that_was_never_stopped():
    def model_with_dropout():
        torch.manual_seed(0)
        return nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(4, 3))

    whole, halved = model_with_dropout(), model_with_dropout()
    trained(whole, epochs=4, seed=1)
    trained(halved, epochs=2, seed=1)
    torch.rand(17)  # what another process would have drawn
    trained(halved, epochs=4, start_epoch=2, seed=1)
    torch.testing.assert_close(whole.state_dict(), halved.state_dict(), rtol=0, atol=0)


def test_schedule_sees_steps_counted_over_the_whole_training():
    seen = []
    trained(network(), epochs=3, start_epoch=1, schedule=lambda step: seen.append(step) or 1.0)
    assert seen == [3, 4, 5, 6, 7, 8]


def test_record_holds_the_learning_rate_of_the_last_step():
    records = trained(network(), lr=0.5, epochs=2, schedule=lambda step: 1 / (step + 1))
    assert [record.lr for record in records] == pytest.approx([0.5 / 3, 0.5 / 6])


def test_gradients_are_those_of_the_last_batch_before_clipping():
    model, data = network(), batches(num_images=4, batch_size=4)
    reference = network()
    nn.functional.cross_entropy(reference(data[0][0]), data[0][1]).backward()
    (record,) = trained(model, epochs=1, data=data, clipping=Clipping(norm=1e-3))
    gradient = reference[1].weight.grad
    assert [row.layer for row in record.gradients] == ["1.weight", "1.bias"]
    assert record.gradients[0].mean_abs == pytest.approx(float(gradient.abs().mean()), rel=1e-6)
    assert record.gradients[0].max_abs == pytest.approx(float(gradient.abs().max()), rel=1e-6)
    both = torch.cat([p.grad.flatten() for p in reference.parameters()])
    assert record.grad_norm == pytest.approx(float(both.norm()), rel=1e-6)


def test_clipping_by_norm_bounds_the_step():
    model = network()
    before = torch.cat([p.detach().flatten().clone() for p in model.parameters()])
    trained(model, lr=1.0, epochs=1, data=batches(4), clipping=Clipping(norm=0.01))
    after = torch.cat([p.detach().flatten() for p in model.parameters()])
    assert float((after - before).norm()) == pytest.approx(0.01, rel=1e-3)


def test_clipping_by_value_bounds_every_element():
    model = network()
    before = model[1].weight.detach().clone()
    trained(model, lr=1.0, epochs=1, data=batches(4), clipping=Clipping(value=0.001))
    assert float((model[1].weight.detach() - before).abs().max()) == pytest.approx(0.001, rel=1e-3)


def test_loss_that_is_not_finite_ends_training_and_is_named_with_its_step():
    data = batches(12)
    data[1] = (data[1][0] * math.inf, data[1][1])
    records = trained(network(), epochs=5, data=data)
    assert [record.diverged_at_step for record in records] == [2]


def test_validation_is_measured_in_eval_mode_after_each_epoch():
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.9), nn.Linear(4, 3))
    data = batches()
    (record,) = trained(model, epochs=1, val=lambda: data)
    assert record.val == evaluate(model, data, loss_fn=nn.CrossEntropyLoss())
    assert record.test is None


def test_moving_average_is_evaluated_in_place_of_the_model():
    model, data = network(), batches()
    average = MovingAverage(model, 0.9)
    (record,) = trained(model, epochs=1, data=data, val=lambda: data, average=average)
    assert record.val == evaluate(average.module, data, loss_fn=nn.CrossEntropyLoss())
    assert record.val != evaluate(model, data, loss_fn=nn.CrossEntropyLoss())


def test_loss_is_computed_in_fp32_under_autocast():
    seen = []

    class Spy(nn.Module):
        def forward(self, logits, targets):
            seen.append(logits.dtype)
            return nn.functional.cross_entropy(logits, targets)

    score = evaluate(network(), batches(), loss_fn=Spy(), autocast=torch.bfloat16)
    assert seen == [torch.float32]
    assert isinstance(score, Score)


def test_a_step_leaves_no_tensor_behind():
    """Small ones that live until the epoch's end keep malloc from joining the memory between them."""
    model, data, counts = network(), batches(num_images=40, batch_size=4), []

    def counting(epoch):
        for piece in pieces(data):
            counts.append(sum(type(each) is torch.Tensor for each in gc.get_objects()))
            yield piece

    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    options = {"schedule": lambda step: 1.0, "steps_per_epoch": len(data), "epochs": 1}
    list(fit(model, counting, loss_fn=nn.CrossEntropyLoss(), optimizer=sgd, **options))
    assert counts[-1] == counts[2]
