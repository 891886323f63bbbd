"""What an exported model says of itself, in Markdown: what it was trained on, how good it is, how it is used."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnnlab.base.intervals import wilson_interval
from cnnlab.base.printing import one_line
from cnnlab.base.schema import PlainMapping
from cnnlab.base.texts import first_names
from cnnlab.outputs.summary_file import figure, look_up

_ROWS = 50  # classes in a table; the rest is counted


def model_card(
    summary: PlainMapping, config: PlainMapping, environment: PlainMapping, command: Sequence[str], file: str
) -> str:
    """Return the text.

    Args:
        summary: of the run.
        config: of the run.
        environment: with what it was trained.
        command: that trained it.
        file: in which the model is given away.
    """
    parts = (
        _what(summary, config),
        _use(file),
        _data(summary, config),
        _figures(summary),
        _classes(summary),
        _scores(summary),
        _training(summary, config, environment, command),
        _limits(),
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _what(summary: PlainMapping, config: PlainMapping) -> list[str]:
    names = [_text(name) for name in _names(summary)]
    return [
        f"# {_text(summary.get('run_id'))}",
        "",
        f"Tells {len(names)} classes of images apart: {first_names(names, 10)}.",
        *_network(config),
    ]


def _network(config: PlainMapping) -> list[str]:
    backbone, head, procedure = (look_up(config, f"{group}.name") for group in ("backbone", "head", "transfer"))
    if backbone is None:
        return [f"A network trained from scratch: {_text(look_up(config, 'model.name'))}."]
    name = look_up(config, "backbone.model") or backbone
    weights = _text(look_up(config, "backbone.weights"))
    rest = "" if head is None else f", head {_text(head)}"
    return [f"Backbone {_text(name)} (weights: {weights}), {_text(procedure)}{rest}."]


def _use(file: str) -> list[str]:
    return [
        "## Use",
        "",
        "```",
        f"cnnlab predict {shlex.quote(file)} photo.jpg folder/",
        "```",
        "",
        "The file holds tensors, plain values and this text. Nothing in it is run; it needs no other file.",
    ]


def _data(summary: PlainMapping, config: PlainMapping) -> list[str]:
    root = look_up(config, "dataset.root")
    name = _text(look_up(config, "dataset.name")) + ("" if root is None else f", folder {_text(Path(str(root)).name)}")
    counts = [f"{_count(look_up(summary, f'data.{split}'))} {split}" for split in ("train", "val", "test")]
    chosen = {key: look_up(config, f"dataset.{key}") for key in ("classes", "per_class", "fraction", "binary")}
    subset = "".join(f" {key}={_text(value)}" for key, value in chosen.items() if value is not None)
    return ["## Data", "", f"{name}{subset}: {', '.join(counts)} images."]


def _figures(summary: PlainMapping) -> list[str]:
    lines = ["## Figures", "", "| split | images | accuracy | 95 % interval |", "|---|---|---|---|"]
    for split in ("val", "test"):
        share, number = figure(summary, f"{split}.accuracy"), figure(summary, f"data.{split}")
        if share is not None and number is not None and number > 0:
            low, high = wilson_interval(round(share * number), int(number))
            interval = f"{100 * low:.1f} to {100 * high:.1f}"
            lines.append(f"| {split} | {number:,} | {100 * share:.1f} % | {interval} |")
    alone, balanced = figure(summary, "test.majority_accuracy"), figure(summary, "test.balanced_accuracy")
    if alone is not None and balanced is not None:
        lines += [
            "",
            f"Test: balanced accuracy {100 * balanced:.1f} %; the most frequent class alone {100 * alone:.1f} %.",
        ]
    chosen = _text(summary.get("selected_by"))
    return [*lines, f"Weights were chosen by {chosen}, so of the two the test split's figures are the honest ones."]


def _classes(summary: PlainMapping) -> list[str]:
    lines = ["## Classes", "", "| class | test images | precision | recall |", "|---|---|---|---|"]
    rows = look_up(summary, "test.per_class")
    rows = rows if isinstance(rows, Mapping) else {}
    for name in _names(summary)[:_ROWS]:
        cells = [figure(rows.get(name), key) for key in ("precision", "recall")]
        shares = " | ".join("" if cell is None else f"{100 * cell:.1f} %" for cell in cells)
        lines.append(f"| {_text(name)} | {_count(look_up(rows.get(name), 'support'))} | {shares} |")
    more = len(_names(summary)) - _ROWS
    return lines if more <= 0 else [*lines, "", f"And {more:,} more classes, in summary.json."]


def _scores(summary: PlainMapping) -> list[str]:
    images = figure(summary, "calibration.images")
    if summary.get("scores_are") == "probabilities":
        text = "Scores are probabilities, as the network gives them."
    elif images is None:
        text = "Scores are decision values: their order counts, they are no probabilities."
    else:
        text = f"Scores are decision values; probabilities are calibrated on {images:,} validation images."
    return ["## Scores", "", text]


def _training(
    summary: PlainMapping, config: PlainMapping, environment: PlainMapping, command: Sequence[str]
) -> list[str]:
    versions = ", ".join(f"{name} {_text(environment[name])}" for name in ("cnnlab", "torch") if environment.get(name))
    epoch, parameters = _text(summary.get("best_epoch")), _count(figure(summary, "parameters"))
    return [
        "## Training",
        "",
        "```",
        one_line(shlex.join(command)),
        "```",
        "",
        f"Seed {_text(config.get('seed'))}, epoch {epoch}, {parameters} parameters; {versions}.",
    ]


def _limits() -> list[str]:
    return [
        "## Limits",
        "",
        "The figures hold for images like those of the test split. An image of none of the classes is taken for one "
        "of them all the same.",
    ]


def _names(summary: PlainMapping) -> list[str]:
    names = summary.get("classes")
    return [str(name) for name in names] if isinstance(names, list) else []


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "-"


def _text(value: object) -> str:
    """Return a value as it stands in a line of Markdown, where no name makes a table or a link of itself."""
    text = one_line(", ".join(map(str, value)) if isinstance(value, list) else str(value))
    return "".join(f"\\{letter}" if letter in "\\`*[]<>|" else letter for letter in text)
