"""Run folders as the plots find them, and what to look for in a figure."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

DIGITS = tuple("0123456789")
LONG = tuple(
    f"{a} {b}"
    for a in (
        "golden",
        "Norwegian",
        "short-haired",
        "greater Swiss",
        "flat-coated",
        "wire-haired",
        "black-and-tan",
        "American Staffordshire",
        "soft-coated wheaten",
        "red",
    )
    for b in (
        "retriever",
        "elkhound",
        "pointer",
        "mountain dog",
        "terrier",
        "fox",
        "schnauzer",
        "spaniel",
        "beetle",
        "ptarmigan",
    )
)


def write_run(
    folder: Path,
    *,
    classes: tuple[str, ...] = DIGITS,
    epochs: int = 20,
    num_test: int = 360,
    skill: float = 6.0,
    has_val: bool = True,
    has_test_curve: bool = False,
    diverges_at: int | None = None,
    num_layers: int = 8,
    zero_layers: tuple[int, ...] = (),
    channels: int = 1,
    side: int = 32,
    num_mistakes: int = 24,
    scores_are: str = "probabilities",
    model: str = "cnn6",
    dataset: str = "digits",
) -> Path:
    """Write what a finished (or diverged) run would have written; `skill` is the margin of the right class."""
    folder = folder / f"{model}-batch-relu-adam-s0-0123456789"
    folder.mkdir(parents=True)
    draw = np.random.default_rng(0)
    (folder / "config.yaml").write_text(f"model:\n  name: {model}\ndataset:\n  name: {dataset}\nseed: 0\n")
    last = epochs if diverges_at is None else diverges_at
    _write_metrics(folder, draw, last, has_val, has_test_curve, diverges_at)
    _write_gradients(folder, draw, last, num_layers, zero_layers, diverges_at)
    summary: dict[str, object] = {
        "run_id": folder.name,
        "status": "finished" if diverges_at is None else "diverged",
        "best_epoch": max(1, round(0.7 * last)),
        "selected_by": "val_loss",
        "classes": list(classes),
        "scores_are": scores_are,
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    if diverges_at is None:
        _write_predictions(folder, draw, classes, num_test, skill, (num_mistakes, channels, side, side))
    _write_first_batch(folder, draw, classes, channels, side)
    return folder


def _write_metrics(folder, draw, last, has_val, has_test_curve, diverges_at):
    measured = [f"{split}_{name}" for split in ("train", "val", "test") for name in ("loss", "accuracy")]
    with (folder / "metrics.csv").open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(["epoch", "lr", *measured, "grad_norm", "seconds", "images_per_second"])
        for epoch in range(1, last + 1):
            t = epoch / max(last, 10)
            train = 2.2 * np.exp(-6 * t) + 0.002
            val = 2.0 * np.exp(-5 * t) + 0.08 + 0.05 * t + 0.01 * draw.random()
            cells = [
                f"{train:.5g}",
                f"{1 - 0.85 * np.exp(-7 * t):.5g}",
                f"{val:.5g}",
                f"{0.975 - 0.8 * np.exp(-6 * t) + 0.005 * draw.random():.5g}",
                f"{val * 1.1:.5g}",
                f"{0.965 - 0.8 * np.exp(-6 * t):.5g}",
            ]
            if epoch == diverges_at:
                cells = ["nan", "0.1", "inf", "0.1", "inf", "0.1"]
            cells[2:4] = cells[2:4] if has_val else ["", ""]
            cells[4:6] = cells[4:6] if has_test_curve else ["", ""]
            write.writerow([epoch, 0.001, *cells, 1.5, 2.0, 5000])


def _write_gradients(folder, draw, last, num_layers, zero_layers, diverges_at):
    with (folder / "gradients.csv").open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(["epoch", "layer", "mean_abs", "max_abs"])
        for epoch in range(1, last + 1):
            for layer in range(num_layers):
                mean = 1e-3 * np.exp(-epoch / last - layer / num_layers + draw.random()) * (layer not in zero_layers)
                mean = float("nan") if epoch == diverges_at else mean
                name = f"conv{layer + 1}" if num_layers <= 10 else f"stage{layer // 10}.block{layer % 10}.conv"
                write.writerow([epoch, f"{name}.weight", mean, mean * 30])
                write.writerow([epoch, f"{name}.bias", mean * 2, mean * 9])


def _write_predictions(folder, draw, classes, num_test, skill, image_shape):
    targets = draw.integers(len(classes), size=num_test)
    logits = draw.normal(size=(num_test, len(classes)))
    logits[np.arange(num_test), targets] += skill * (0.4 + 0.6 * np.arange(len(classes)) / len(classes))[targets]
    scores = np.exp(2 * logits) / np.exp(2 * logits).sum(axis=1, keepdims=True)
    ranked = np.argsort(-scores, axis=1)
    has_all = len(classes) <= 20
    tops = [name for rank in range(1, 6) for name in (f"top{rank}", f"top{rank}_score")]
    with (folder / "predictions.csv").open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(["index", "target", "predicted", *([f"score_{c}" for c in classes] if has_all else tops)])
        for i, order in enumerate(ranked):
            five = [cell for c in order[:5] for cell in (classes[c], f"{scores[i, c]:.6g}")]
            write.writerow(
                [i, classes[targets[i]], classes[order[0]], *([f"{s:.6g}" for s in scores[i]] if has_all else five)]
            )
    wrong = np.flatnonzero(ranked[:, 0] != targets)
    worst = wrong[np.argsort(-scores[wrong, ranked[wrong, 0]])][: image_shape[0]]
    if len(worst):
        images = draw.integers(256, size=(len(worst), *image_shape[1:]), dtype=np.uint8)
        np.savez(folder / "mistakes.npz", images=images, index=worst.astype(np.int64))


def _write_first_batch(folder, draw, classes, channels, side):
    images = draw.integers(256, size=(24, channels, side, side), dtype=np.uint8)
    captions = [classes[number % len(classes)] for number in range(24)]
    np.savez(folder / "first_batch.npz", images=images, captions=captions, size=side)


def texts_of(figure: Figure) -> list[str]:
    """Every text that is seen, in no order."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def line(axes: Axes, label: str) -> Line2D:
    return next(line for line in axes.get_lines() if line.get_label() == label)


def inside(box: Bbox, edge: Bbox) -> bool:
    return box.x0 >= edge.x0 and box.x1 <= edge.x1 and box.y0 >= edge.y0 and box.y1 <= edge.y1


def overlap(box: Bbox, other: Bbox) -> bool:
    """Two pixels of overlap are only the empty margin around the glyphs."""
    width = min(box.x1, other.x1) - max(box.x0, other.x0)
    height = min(box.y1, other.y1) - max(box.y0, other.y0)
    return width > 2 and height > 3
