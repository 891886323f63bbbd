"""`cnnlab predict RUN IMAGE...`: classify images with a saved run."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.commands.resume import RUN_HELP, find_run, saved_config
from cnnlab.errors import ConfigError, RunError
from cnnlab.schema import Plain

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch

    from cnnlab.artifacts import RunFolder
    from cnnlab.restore import Restored

_CHUNK = 64  # images that are decoded and classified together


def main(args: Sequence[str]) -> int:
    """Run the command; return its exit code: 1 if an image could not be read."""
    parser = argparse.ArgumentParser(
        prog="cnnlab predict",
        description="Classify images with the selected weights of a finished run.",
        epilog="example: cnnlab predict outputs/runs/<run id> photos/ --csv photos.csv",
    )
    parser.add_argument("run", help=RUN_HELP)
    parser.add_argument("images", nargs="+", type=Path, help="image files, or folders of them")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the scores of every class to a CSV file")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, ... (default: auto)")
    parser.add_argument("--plugins", metavar="FILE,...", help="the plugins that the run was trained with")
    options = parser.parse_args(args)
    files = _image_files(options.images)
    folder = find_run(options.run)

    from cnnlab.summary import score_cells, score_columns

    trained, device = _load(folder, options.plugins, options.device)
    classes, rows, unreadable = trained.images.classes, [], []
    for path, result in _classified(files, trained, device):
        if isinstance(result, str):
            unreadable.append(f"{path} ({result})")
        else:
            rows.append({"file": str(path), "score": float(result.max()), **score_cells(result, classes)})
    if not rows:
        raise RunError(f"images: none can be read, of {len(files)}. The first: {unreadable[0]}.")
    if options.csv is not None:
        _write_csv(options.csv, ("file", *score_columns(classes)), rows)
    _print_table(rows, trained.scores_are)
    for text in unreadable:
        print(f"cnnlab predict: cannot be read: {text}", file=sys.stderr)
    if options.csv is not None:
        print(f"open     {options.csv}")
    return 1 if unreadable else 0


def _image_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files, and in place of each folder the images under it.

    Raises:
        ConfigError: a path is not there, or a folder holds no images.
    """
    from cnnlab.data.folders import SUFFIXES, list_folder

    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = [path / image.path for image in list_folder(path).images]
            if not found:
                raise ConfigError(f"images: no images in folder '{path}'. It takes {', '.join(sorted(SUFFIXES))}.")
            files += found
        elif path.is_file():
            files.append(path)
        else:  # a pipe too: to open one can wait for ever
            raise ConfigError(f"images: no file or folder '{path}'.")
    return files


def _load(folder: RunFolder, plugins: str | None, device_name: str) -> tuple[Restored, torch.device]:
    from cnnlab.restore import restore
    from cnnlab.runtime import start_runtime

    config = saved_config(folder, plugins)
    runtime = start_runtime(
        device=device_name, precision="fp32", threads=config.threads, deterministic=config.deterministic
    )
    trained = restore(folder, config)
    trained.network.to(runtime.device)
    return trained, runtime.device


def _classified(
    files: Sequence[Path], trained: Restored, device: torch.device
) -> Iterator[tuple[Path, npt.NDArray[np.float32] | str]]:
    """Yield each file with the scores of its classes, float32 (K,), or with the reason why it cannot be read."""
    import torch

    from cnnlab.engine import predict
    from cnnlab.losses import to_scores

    images = trained.images
    size = images.resize or images.image_size
    for start in range(0, len(files), _CHUNK):
        chunk = files[start : start + _CHUNK]
        decoded = [_decode(path, images.channels, size) for path in chunk]
        pixels = [torch.from_numpy(each.copy()) for each in decoded if not isinstance(each, str)]
        scores = iter(())
        if pixels:
            batch = images.prepare(torch.stack(pixels).to(device))
            logits, _ = predict(trained.network, [(batch, torch.zeros(len(pixels)))])
            scores = iter(to_scores(logits, trained.scores_are).cpu().numpy())
        for path, each in zip(chunk, decoded):
            yield path, each if isinstance(each, str) else next(scores)


def _decode(path: Path, channels: int, size: int) -> npt.NDArray[np.uint8] | str:
    """Return uint8 (C, size, size), or why the file cannot be read."""
    from cnnlab.data.decoding import decode

    try:
        return decode(path, channels, size, size)
    except Exception as error:  # on damaged files Pillow raises nearly anything
        return f"{type(error).__name__}: {error}"


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Plain]) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise ConfigError(f"--csv: cannot write '{path}' ({error.strerror}).") from error


def _print_table(rows: Sequence[Plain], scores_are: str) -> None:
    from cnnlab.losses import PROBABILITIES

    if not rows:
        return
    width = max(len("class"), *(len(row["predicted"]) for row in rows))
    print(f"{'class':{width}}  {'score':>7}  file")
    for row in rows:
        score = f"{100 * row['score']:.1f} %" if scores_are == PROBABILITIES else f"{row['score']:.3f}"
        print(f"{row['predicted']:{width}}  {score:>7}  {row['file']}")
