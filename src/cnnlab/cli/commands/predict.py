"""`cnnlab predict RUN IMAGE...`: classify images with a saved run, and draw what its network makes of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.paths import given_path
from cnnlab.base.printing import one_line
from cnnlab.base.schema import Plain
from cnnlab.base.stopping import Stop
from cnnlab.cli.commands.resume import RUN_HELP
from cnnlab.outputs.files import csv_text
from cnnlab.outputs.finding import BY_WORD, find_run
from cnnlab.runs.predicting.submission import check_ids, image_id, write_submission
from cnnlab.runs.saved_config import saved_config

if TYPE_CHECKING:
    import torch

    from cnnlab.base.runtime import Runtime
    from cnnlab.building.saved_network import SavedNetwork
    from cnnlab.config.run_config import RunConfig
    from cnnlab.outputs.run_folder import RunFolder
    from cnnlab.runs.predicting.feature_pictures import Artist


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code: 1 if an image could not be read."""
    options = _parser().parse_args(args)
    files = _image_files(options.images)
    _check_outputs(options, files)
    folder = find_run(options.run)
    if options.run in BY_WORD:
        print(f"run      {folder.run_id}")
    config = saved_config(folder, options.plugins)

    from cnnlab.runs.predicting.classification import Unreadable, classify, pick_test_images, read_pictures
    from cnnlab.runs.scores import score_cells, score_columns

    stop.look()
    trained, runtime = _load(folder, config, options.device)
    artist = None if options.features is None else _artist(options.features, folder, trained, runtime.device)
    chosen = [] if files else pick_test_images(config, trained)
    if artist is not None:
        artist.refuse_existing([*map(image_id, files), *(picture.id for picture in chosen)])
    classes, rows, unreadable = trained.images.classes, [], []
    for answer in classify(chosen or read_pictures(files, trained), trained, runtime):
        stop.look()
        if isinstance(answer, Unreadable):
            unreadable.append(f"{answer.name} ({answer.reason})")
            continue
        picture, scores = answer
        row = {"file": picture.name, "id": picture.id, "score": float(scores.max()), **score_cells(scores, classes)}
        rows.append(row)
        if artist is not None:
            title = f"{picture.title}, taken for {row['predicted']} ({_score(row, trained.scores_are)})"
            with _writing("--features", options.features):
                artist.draw(picture, title)
    if not rows:
        raise RunError(f"images: none can be read, of {len(unreadable)}. The first: {unreadable[0]}.")
    if options.csv is not None:
        _write_csv(options.csv, ("file", *score_columns(classes)), rows)
    if options.submission is None:
        _print_table(rows, trained.scores_are)
    for text in unreadable:
        print(f"cnnlab predict: cannot be read: {text}", file=sys.stderr)
    if options.submission is not None:
        _submit(options.submission, rows, unreadable)
    _name_files(options, rows)
    return 1 if unreadable else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cnnlab predict",
        description="Classify images with the selected weights of a finished run.",
        epilog="example: cnnlab predict outputs/runs/<run id> photos/ --csv photos.csv",
    )
    parser.add_argument("run", help=RUN_HELP)
    parser.add_argument(
        "images",
        nargs="*",
        type=partial(given_path, "images"),
        help="image files, or folders of them; with --features none are needed: test images of the run are taken",
    )
    parser.add_argument(
        "--csv", type=partial(given_path, "--csv"), metavar="FILE", help="write the scores of every class to a CSV file"
    )
    parser.add_argument(
        "--submission",
        type=partial(given_path, "--submission"),
        metavar="FILE",
        help="write a CSV file in Kaggle's form: id, the file's name without suffix, and label, the class",
    )
    parser.add_argument(
        "--features",
        type=partial(given_path, "--features"),
        metavar="DIR",
        help="draw each image's feature maps behind the first layer and every block, a PNG file per image",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, ... (default: auto)")
    parser.add_argument("--plugins", metavar="FILE,...", help="the plugins that the run was trained with")
    return parser


def _image_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files, and in place of each folder the images under it.

    Raises:
        ConfigError: a path is not there, or a folder holds no images.
    """
    from cnnlab.data.image_folders.formats import SUFFIXES
    from cnnlab.data.image_folders.listing import list_folder

    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = [path / image.path for image in list_folder(path).images]
            if not found:
                raise ConfigError(f"images: no images in folder '{path}'. It takes {', '.join(SUFFIXES)}.")
            files += found
        elif path.is_file():
            files.append(path)
        else:  # a pipe too: to open one can wait for ever
            raise ConfigError(f"images: no file or folder '{path}'.")
    return files


def _check_outputs(options: argparse.Namespace, files: Sequence[Path]) -> None:
    """Refuse, before anything takes long, what could not be written in the end.

    Raises:
        ConfigError: there are no images, two have the same id where ids count, or a file is there already.
    """
    submission, features = options.submission, options.features
    if not files and (features is None or submission is not None or options.csv is not None):
        raise ConfigError("images: none given. Name files or folders; only --features by itself takes test images.")
    if submission is not None:
        check_ids(files, option="--submission")
        if submission.exists():
            raise ConfigError(f"--submission: '{submission}' is there already. Name another file, or delete it.")
        if not submission.parent.is_dir():
            raise ConfigError(f"--submission: no folder '{submission.parent}'. Make it first.")
    if features is not None:
        check_ids(files, option="--features")
        if features.exists() and not features.is_dir():
            raise ConfigError(f"--features: '{features}' is no folder. Name one; it is made if it is not there.")


def _load(folder: RunFolder, config: RunConfig, device_name: str) -> tuple[SavedNetwork, Runtime]:
    """Return the network, and how to compute with it: in the precision of the run, if this machine multiplies it."""
    from cnnlab.base.runtime import start_runtime
    from cnnlab.building.saved_network import load_network

    was_fp32 = folder.read_environment().get("precision") == "fp32"
    precision = "fp32" if was_fp32 else config.precision
    runtime = start_runtime(
        device=device_name, precision=precision, threads=config.threads, deterministic=config.deterministic
    )
    trained = load_network(folder, config)
    trained.network.to(runtime.device)
    return trained, runtime


def _artist(features: Path, folder: RunFolder, trained: SavedNetwork, device: torch.device) -> Artist:
    from cnnlab.runs.predicting.feature_pictures import Artist  # matplotlib takes half a second to import

    return Artist(features, folder, trained, device)


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Plain]) -> None:
    with _writing("--csv", path):
        path.write_text(csv_text(columns, rows), encoding="utf-8", errors="backslashreplace", newline="")


def _submit(path: Path, rows: Sequence[Plain], unreadable: Sequence[str]) -> None:
    """Write the submission, if it is whole.

    Raises:
        RunError: images are lacking.
    """
    if unreadable:
        raise RunError(
            f"--submission: '{path}' is not written: {len(unreadable)} of {len(rows) + len(unreadable)} images cannot "
            "be read, and a submission has a row for every one. Get these anew, or leave them out."
        )
    with _writing("--submission", path):
        write_submission(path, {row["id"]: row["predicted"] for row in rows})


@contextmanager
def _writing(option: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{option}: cannot write '{path}' ({error.strerror}).") from error


def _print_table(rows: Sequence[Plain], scores_are: str) -> None:
    cells = [(one_line(row["predicted"]), _score(row, scores_are), one_line(row["file"])) for row in rows]
    width = max(len("class"), *(len(name) for name, _, _ in cells))
    print(f"{'class':{width}}  {'score':>7}  file")
    for name, score, file in cells:
        print(f"{name:{width}}  {score:>7}  {file}")


def _score(row: Plain, scores_are: str) -> str:
    from cnnlab.networks.scores import PROBABILITIES

    return f"{100 * row['score']:.1f} %" if scores_are == PROBABILITIES else f"{row['score']:.3f}"


def _name_files(options: argparse.Namespace, rows: Sequence[Plain]) -> None:
    if options.csv is not None:
        print(f"open     {options.csv}")
    if options.submission is not None:
        print(f"open     {options.submission}  ({len(rows):,} rows)")
    if options.features is not None:
        more = f"  (and {len(rows) - 1} more beside it)" if len(rows) > 1 else ""
        print(f"open     {options.features / rows[0]['id']}.png{more}")
