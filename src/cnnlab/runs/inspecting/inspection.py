"""A run's network looked into: one pass over validation and test images, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from cnnlab.base.metrics import Floats, Ints
from cnnlab.base.printing import meanwhile
from cnnlab.base.runtime import Runtime
from cnnlab.building.saved_network import SavedNetwork
from cnnlab.config.run_config import RunConfig
from cnnlab.networks.scores import PROBABILITIES, to_scores
from cnnlab.runs.calibration import Calibration, fit_temperature
from cnnlab.runs.inspecting.embedding import embeddings
from cnnlab.runs.inspecting.filters import StageRow, example_per_class, first_filters, stage_rows
from cnnlab.runs.inspecting.findings import (
    Inspection,
    Mistake,
    Part,
    Placed,
    Reliabilities,
    ShownImage,
    Suspect,
    Units,
)
from cnnlab.runs.inspecting.grad_cam import Heat, grad_cam
from cnnlab.runs.inspecting.label_errors import likely_errors
from cnnlab.runs.inspecting.looking import Floats32, Looked, look
from cnnlab.runs.inspecting.reliability import Bools, equal_mass, equal_width
from cnnlab.runs.inspecting.units import never_flat
from cnnlab.runs.tested_images import load_test_images

MOST_MISTAKES = 12
"""Mistakes that Grad-CAM looks at."""
MOST_CLASSES = 10
"""Classes of which an image is followed through the stages."""
PER_CELL, RIGHT_PER_CLASS, MOST_BROWSED = 8, 4, 240
"""Images of a cell of the confusion matrix, of one on its diagonal, and of all."""
Stages = list[tuple[ShownImage, list[StageRow]]]

_NO_PROBABILITIES = "scores are decision values, and the run kept no calibration that makes probabilities of them"


@dataclass(frozen=True, eq=False)
class _Answers:
    """What the network says of the images of a split that it was shown."""

    looked: Looked
    predicted: Ints
    """(N,)"""
    probabilities: Floats | None
    """(N, K)"""

    @property
    def confidence(self) -> Floats:
        """Of the predicted classes, (N,): what orders them where there are no probabilities."""
        scores = self.looked.outputs if self.probabilities is None else self.probabilities
        best: Floats = scores[np.arange(len(self.predicted)), self.predicted].astype(np.float64)
        return best

    @property
    def is_right(self) -> Bools:
        """Which answers are right, (N,)."""
        right: Bools = self.predicted == self.looked.targets
        return right

    def shown(self, number: int) -> ShownImage:
        """Return one of the images, by its position among those that were looked at."""
        looked, place = self.looked, int(self.looked.places[number])
        sure = None if self.probabilities is None else float(self.confidence[number])
        return ShownImage(
            looked.name, place, looked.called(place), int(looked.targets[number]), int(self.predicted[number]), sure,
            looked.image(place).numpy(),
        )  # fmt: skip

    def surest_wrong(self) -> list[int]:
        """Return the wrong answers, the surest first."""
        wrong = np.flatnonzero(~self.is_right)
        order: list[int] = wrong[np.argsort(-self.confidence[wrong], kind="stable")].tolist()
        return order


def inspect(
    config: RunConfig, trained: SavedNetwork, runtime: Runtime, calibration: Calibration | None, *, most: int,
    look_up: Callable[[], None],
) -> Inspection:  # fmt: skip
    """Look into the network of a finished run.

    Args:
        config: of the run.
        trained: its network is on the runtime's device.
        runtime: where and how to compute.
        calibration: of scores that are no probabilities.
        most: images of a split that the network is shown.
        look_up: called now and then; raises where the user wants to stop.

    Raises:
        ConfigError: the run's data is not there any more.
    """
    meanwhile("reading the data")
    data = load_test_images(config, trained.images)

    def seen(name: str) -> Callable[[int, int], None]:
        def tell(done: int, number: int) -> None:
            look_up()
            meanwhile(f"looking at {name} images {done:,} of {number:,}")

        return tell

    def answers(looked: Looked) -> _Answers:
        return _Answers(looked, looked.outputs.argmax(1), _probabilities(looked, trained, calibration))

    test = answers(look("test", data.test, data.test_files, trained, runtime, most=most, tell=seen("test")))
    val = None
    if data.val is not None:
        tell = seen("validation")
        val = answers(look("validation", data.val, data.val_files, trained, runtime, most=most, tell=tell))
    look_up()
    meanwhile("looking for where classes are found in the mistakes")
    mistakes, heat = _mistakes(test, trained, runtime)
    look_up()
    meanwhile("following an image of each class")
    temperature, reliabilities = _calibration(test, val, trained)
    measured = (test if val is None else val).looked
    return Inspection(
        most=most,
        parts=[_part(each.looked) for each in (val, test) if each is not None],
        mistakes=mistakes,
        num_mistakes=int((~test.is_right).sum()),
        heat=heat,
        browsed=[test.shown(number) for number in _browsed(test)],
        calibration=reliabilities,
        temperature=temperature,
        units=Units(measured.name, len(measured.places), measured.units, never_flat(trained.network)),
        filters=first_filters(trained.network),
        stages=_stages(test, trained, runtime),
        placed=_placed(test),
        suspects=_suspects([each for each in (val, test) if each is not None]),
    )


def _part(looked: Looked) -> Part:
    return Part(looked.name, len(looked.places), len(looked.split))


def _probabilities(looked: Looked, trained: SavedNetwork, calibration: Calibration | None) -> Floats | None:
    if trained.scores_are == PROBABILITIES:
        return to_scores(torch.from_numpy(looked.outputs).double(), PROBABILITIES).numpy()
    return None if calibration is None else calibration.probabilities(looked.outputs)


def _mistakes(test: _Answers, trained: SavedNetwork, runtime: Runtime) -> tuple[list[Mistake], tuple[str, int] | str]:
    """Return the surest mistakes with their heat, and whose maps were looked at or why none were."""
    chosen = test.surest_wrong()[:MOST_MISTAKES]
    if not chosen:
        return [], "the network makes no mistake on the test images that it was shown"
    pixels = torch.stack([test.looked.image(int(test.looked.places[number])) for number in chosen])
    images = trained.images.prepare(pixels.to(runtime.device))
    asked = [torch.from_numpy(classes[chosen]).to(runtime.device) for classes in (test.predicted, test.looked.targets)]
    predicted, target = (grad_cam(trained.network, images, classes) for classes in asked)
    seen = trained.images.seen(pixels).numpy()
    mistakes = [
        Mistake(test.shown(number), seen[i], _heat_of(predicted, i), _heat_of(target, i))
        for i, number in enumerate(chosen)
    ]
    if predicted is None:
        return mistakes, "its answer has no gradient with respect to feature maps, so there is no Grad-CAM"
    return mistakes, (predicted.stage, predicted.side)


def _heat_of(heat: Heat | None, number: int) -> Floats32 | None:
    return None if heat is None else heat.maps[number].cpu().numpy()


def _browsed(test: _Answers) -> list[int]:
    """Return images for the cells of the confusion matrix: mistakes before right answers, evenly over the cells."""
    order = test.surest_wrong()
    right = np.flatnonzero(test.is_right)
    least_sure: list[int] = right[np.argsort(test.confidence[right], kind="stable")].tolist()
    wrong = list(_at_most(PER_CELL, order, test))[:MOST_BROWSED]
    return [*wrong, *list(_at_most(RIGHT_PER_CLASS, least_sure, test))[: MOST_BROWSED - len(wrong)]]


def _at_most(most: int, numbers: Sequence[int], test: _Answers) -> Iterator[int]:
    """Yield so many of each cell, the first ones; those that are the first of their cells come first."""
    cells: dict[tuple[int, int], list[int]] = {}
    for number in numbers:
        cells.setdefault((int(test.looked.targets[number]), int(test.predicted[number])), []).append(number)
    for rank in range(most):
        yield from (cell[rank] for cell in cells.values() if rank < len(cell))


def _calibration(
    test: _Answers, val: _Answers | None, trained: SavedNetwork
) -> tuple[float | None, list[Reliabilities] | str]:
    """Return the temperature that fits validation, and how reliable test probabilities are without and with it."""
    if test.probabilities is None:
        return None, _NO_PROBABILITIES
    is_softmax = trained.scores_are == PROBABILITIES
    name = "as the run says them" if is_softmax else "calibrated on validation"
    found = [_reliabilities(name, test, test.probabilities)]
    fitted = fit_temperature(val.looked.outputs, val.looked.targets) if is_softmax and val is not None else None
    if fitted is None or fitted.scale <= 0:
        return None, found
    scaled = _reliabilities("scaled by the temperature", test, fitted.probabilities(test.looked.outputs))
    return 1 / fitted.scale, [*found, scaled]


def _reliabilities(name: str, test: _Answers, probabilities: Floats) -> Reliabilities:
    confidence = probabilities[np.arange(len(test.predicted)), test.predicted]
    return Reliabilities(name, equal_width(confidence, test.is_right), equal_mass(confidence, test.is_right))


def _stages(test: _Answers, trained: SavedNetwork, runtime: Runtime) -> Stages | str:
    chosen = example_per_class(test.looked.targets.tolist(), MOST_CLASSES)
    pixels = torch.stack([test.looked.image(int(test.looked.places[number])) for number in chosen])
    images: Tensor = trained.images.prepare(pixels.to(runtime.device))
    rows = [stage_rows(trained.network, image) for image in images]
    if not rows[0]:
        return "the network has no convolutions"
    return [(test.shown(number), row) for number, row in zip(chosen, rows)]


def _placed(test: _Answers) -> Placed | str:
    features = test.looked.features
    if len(features) < 3:
        return "it takes three images"
    if not np.isfinite(features).all():
        return "features are not finite"
    meanwhile("embedding the features")
    found, more = embeddings(features, meanwhile)
    places = test.looked.places.tolist()
    return Placed(
        found, more, test.looked.targets, test.predicted, [test.looked.called(place) for place in places],
        [test.looked.image(place).numpy() for place in places],
    )  # fmt: skip


def _suspects(splits: Sequence[_Answers]) -> list[Suspect] | str:
    """Look for likely label errors among the images of all splits together: thresholds rest on all of them."""
    known = [each.probabilities for each in splits if each.probabilities is not None]
    if not known:
        return _NO_PROBABILITIES
    owner = [(each, number) for each in splits for number in range(len(each.predicted))]
    labels = np.concatenate([each.looked.targets for each in splits])
    found = likely_errors(labels, np.concatenate(known))
    return [Suspect(owner[error.place][0].shown(owner[error.place][1]), error) for error in found]
