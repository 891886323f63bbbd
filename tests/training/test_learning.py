"""The ways in which a run learns, each by what all are asked."""

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from cnnlab.data.augmentations import AUGMENTATIONS
from cnnlab.data.batches import Batches
from cnnlab.data.stores import whole
from cnnlab.networks.transfer.solved_heads import NearestNeighbours
from cnnlab.networks.transfer.zero_shot import MappedClasses, NegativeScore
from cnnlab.training.engine import Manner
from cnnlab.training.learning import AtOnce, InSteps, Nothing
from cnnlab.training.metric_losses import BatchHardTriplet
from cnnlab.training.schedulers import Schedule
from cnnlab.training.step import Clipping


def batches(num_images=12):
    features = torch.randn(num_images, 4, generator=torch.Generator().manual_seed(0))
    split = whole("features", features, torch.arange(num_images) % 3)
    return Batches(split, 4, prepare=lambda rows: rows, device=torch.device("cpu"))


def in_steps(**changes):
    torch.manual_seed(0)
    model = changes.pop("model", None) or nn.Linear(4, 3)
    given = {
        "loss_fn": nn.CrossEntropyLoss(), "optimizer": torch.optim.SGD(model.parameters(), lr=0.1),
        "schedule": Schedule(lambda _: 1.0), "augmentation": AUGMENTATIONS["none"](), "average": None,
        "clipping": Clipping(), "growth": None, "freezing": None,
        "autocast": None, "epochs": 3, "seed": 0, "shuffle": True,
    }  # fmt: skip
    return InSteps(model, **{**given, **changes})


def records(learning, *, val=None, test=None, epochs_done=0, watch=lambda _, shown: shown):
    given = {"val": val, "test": test, "epochs_done": epochs_done, "watch": watch, "manner": Manner()}
    return [record for record in learning.turns(batches(), **given) if record is not None]


def solved():
    return NearestNeighbours(3, k=1, metric="euclidean")


def test_steps_give_a_record_of_each_epoch_that_is_missing():
    assert [record.epoch for record in records(in_steps(), epochs_done=1)] == [2, 3]


def test_schedule_is_told_the_validation_loss_before_the_record_is_seen():
    class Listening(Schedule):
        def observe(self, val_loss):
            told.append(val_loss)

    told = []
    learning = in_steps(schedule=Listening(lambda _: 1.0))
    given = {"val": batches(), "test": None, "epochs_done": 0, "watch": lambda _, shown: shown, "manner": Manner()}
    for record in filter(None, learning.turns(batches(), **given)):
        assert told[-1] == record.val.loss
    assert len(told) == 3


def test_every_batch_passes_by_who_watches():
    seen = []

    def watch(epoch, shown):
        for batch in shown:
            seen.append((epoch, len(batch[1])))
            yield batch

    records(in_steps(epochs=2), watch=watch)
    assert seen == [(0, 4)] * 3 + [(1, 4)] * 3


def test_loss_on_features_gets_as_many_images_of_a_class_as_it_wants(monkeypatch):
    class Seen(Exception):
        pass

    def epoch(self, number, **options):
        asked.append(options["images_per_class"])
        raise Seen

    asked = []
    monkeypatch.setattr(Batches, "epoch", epoch)
    for loss_fn in (BatchHardTriplet(weight=1.0, margin=1.0, images_per_class=2), nn.CrossEntropyLoss()):
        with pytest.raises(Seen, match=r"^$"):
            records(in_steps(loss_fn=loss_fn))
    assert asked == [2, None]


def test_moving_average_is_what_is_evaluated():
    model = nn.Linear(4, 3)
    average = AveragedModel(model)
    assert in_steps(model=model).evaluated is model
    assert in_steps(model=model, average=average).evaluated is average.module


def test_head_is_solved_once():
    head = solved()
    learning = AtOnce(head, seed=0)
    (record,) = records(learning, test=batches())
    assert (record.epoch, record.train.accuracy, record.test.accuracy) == (1, 1.0, 1.0)
    assert learning.evaluated is head
    assert records(learning, epochs_done=1) == []


def test_solved_head_goes_on_from_its_state():
    first, second = AtOnce(solved(), seed=0), AtOnce(solved(), seed=0)
    records(first)
    second.load_state_dict(first.state_dict())
    torch.testing.assert_close(second.head.state_dict(), first.head.state_dict(), rtol=0, atol=0)


def test_nothing_gives_no_record():
    head = MappedClasses([[0], [1]])
    assert records(Nothing(head)) == []
    assert Nothing(head).evaluated is head


def test_loss_of_what_is_not_trained_in_steps_comes_from_its_head():
    assert isinstance(AtOnce(solved(), seed=0).loss_fn, nn.CrossEntropyLoss)
    assert isinstance(Nothing(MappedClasses([[0], [1]])).loss_fn, NegativeScore)
