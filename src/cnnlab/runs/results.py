"""What a run results in: the selected weights, scored on every split, on the test split once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import torch

from cnnlab.base.runtime import Runtime
from cnnlab.base.schema import Plain
from cnnlab.building.parts import Parts
from cnnlab.data.batches import Batches
from cnnlab.networks.batch_norm import folded
from cnnlab.networks.scores import PROBABILITIES, scores_are, to_scores
from cnnlab.networks.views import Kind, Views
from cnnlab.outputs.mistakes import Mistakes, write_mistakes
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.calibration import fit
from cnnlab.runs.scores import accuracy_among, figures_of, predictions, worst_mistakes
from cnnlab.runs.training_state import TrainingState
from cnnlab.training.evaluation import Batch, Score, evaluate, figures_from, predict


def score_selected_weights(
    folder: RunFolder, parts: Parts, runtime: Runtime, state: TrainingState, *, evaluate_train: bool,
    tta: Kind | None = None,
) -> Plain:  # fmt: skip
    """Load the selected weights, save them as best.pt, write predictions, and return the figures of every split.

    The running means of an epoch stand for the training split, unless `evaluate_train` asks for more or there are none.
    `tta` adds the figures of the test split over several views of each image.
    """
    model = parts.learning.evaluated
    if state.best_weights:
        model.load_state_dict(state.best_weights)
    folder.save_checkpoint("best.pt", _saved_model(parts, state))

    def score(batches: Iterable[Batch]) -> Score:
        return evaluate(model, batches, loss_fn=parts.learning.loss_fn, autocast=runtime.autocast)

    if evaluate_train or not parts.learning.has_running_means:
        train: Plain | None = {**asdict(score(parts.train.in_order())), "measured": "selected weights"}
    else:
        train = _running_means(folder, state.selection.epoch)
    val, calibration = (None, {}) if parts.val is None else _val(parts, parts.val, runtime)
    test = _test(folder, parts, runtime)
    if tta is not None:
        views = Views(model, tta)
        score_of_views = evaluate(
            views, parts.test.in_order(), loss_fn=parts.learning.loss_fn, autocast=runtime.autocast
        )
        test["views"] = {"of": tta, **asdict(score_of_views)}
    return {"train": train, "val": val, "test": test, **calibration}


def _val(parts: Parts, batches: Batches, runtime: Runtime) -> tuple[Plain, Plain]:
    """Return the figures of the validation split, and the calibration of scores that are no probabilities.

    It goes into summary.json, not into best.pt: runs that stand on this one are named by the bytes of its weights.
    """
    loss_fn = parts.learning.loss_fn
    logits, targets = predict(parts.learning.evaluated, batches.in_order(), autocast=runtime.autocast)
    figures = asdict(Score(*figures_from(logits, targets, loss_fn=loss_fn).tolist()))
    if scores_are(loss_fn) == PROBABILITIES:
        return figures, {}
    calibration = fit(logits.cpu().numpy(), targets.cpu().numpy())
    return figures, {} if calibration is None else {"calibration": calibration.as_plain()}


def _saved_model(parts: Parts, state: TrainingState) -> Plain:
    """Return what best.pt holds: the weights, what they expect of an image and what their outputs are."""
    images = parts.images
    return {
        "model": {key: value.cpu() for key, value in folded(parts.learning.evaluated).items()},
        "epoch": state.selection.epoch,
        "classes": list(images.classes),
        "channels": images.channels,
        "image_size": images.image_size,
        "mean": list(images.normalization.mean),
        "std": list(images.normalization.std),
        "scores_are": scores_are(parts.learning.loss_fn),
        "resize": images.resize,
        "interpolation": images.interpolation,
        "is_published": images.is_published,
        "is_squashed": images.is_squashed,
        "border": None if images.border is None else list(images.border),
        "read_size": images.read_size,
        **parts.saved,
    }


def _running_means(folder: RunFolder, epoch: int) -> Plain | None:
    rows = [row for row in folder.read_metrics() if int(row["epoch"]) == epoch]
    if not rows:
        return None
    loss, accuracy = float(rows[0]["train_loss"]), float(rows[0]["train_accuracy"])
    return {"loss": loss, "accuracy": accuracy, "measured": f"running mean of epoch {epoch}"}


def _test(folder: RunFolder, parts: Parts, runtime: Runtime) -> Plain:
    logits, targets = predict(parts.learning.evaluated, parts.test.in_order(), autocast=runtime.autocast)
    with torch.inference_mode():
        loss = float(parts.learning.loss_fn(logits, targets))
        scores, labels = to_scores(logits, scores_are(parts.learning.loss_fn)).cpu().numpy(), targets.cpu().numpy()
    classes = parts.images.classes
    folder.write_predictions(*predictions(scores, labels, classes, parts.data.test_files))
    wrong = worst_mistakes(scores, labels)
    if len(wrong):
        test = parts.data.test
        images = test.images[test.rows[torch.from_numpy(wrong)]].contiguous().numpy()
        write_mistakes(folder, Mistakes(images, wrong))
    figures = {"loss": loss, **figures_of(scores, labels, classes)}
    if parts.mapping is not None:
        figures["accuracy_among_mapped"] = accuracy_among(scores, labels, parts.mapping.mapped)
    return figures
