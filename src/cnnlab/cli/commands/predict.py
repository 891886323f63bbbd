"""`cnnlab predict RUN IMAGE...`: classify images with a saved run, and draw what its network makes of them."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.paths import given_path
from cnnlab.base.printing import meanwhile, tell
from cnnlab.base.stopping import Stop
from cnnlab.cli.asking import opened_source
from cnnlab.cli.own_arguments import Parser
from cnnlab.outputs.exported import is_exported
from cnnlab.outputs.files import csv_text, runs_dir
from cnnlab.runs.exporting.formats import format_of
from cnnlab.runs.predicting.given_images import Given, find_images
from cnnlab.runs.predicting.submission import check_ids, image_id, write_submission

if TYPE_CHECKING:
    from cnnlab.runs.predicting.answer_lines import Wording
    from cnnlab.runs.predicting.answers import Answer
    from cnnlab.runs.predicting.classification import Unreadable
    from cnnlab.runs.predicting.feature_pictures import Artist
    from cnnlab.runs.predicting.own_images import OwnImages
    from cnnlab.runs.predicting.sources import SavedRun, Source


def main(args: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code: 1 if an image could not be read."""
    options = _parser().read(args)
    _check_run_comes_first(options)
    given = find_images(options.images)
    _check_outputs(options, given)
    with opened_source(options, stop) as source:
        answers, unreadable = _classified(options, given, source, stop)
        if not answers:
            first = f"{unreadable[0].name} ({unreadable[0].reason})"
            raise RunError(f"images: none can be read, of {len(unreadable)}. The first: {first}.")
        wording, own = source.wording, _own_images(answers, source)
    if options.csv is not None:
        _write_csv(options.csv, answers, wording.classes)
    if options.submission is None:
        _print_answers(answers, wording, own, options)
    for note in given.left_out:
        tell(f"left out {note}")
    _name_unreadable(unreadable)
    if options.submission is not None:
        _submit(options.submission, answers, wording.classes, unreadable, given)
    sheets = {} if options.sheet is None else _draw(options.sheet, answers, wording, source.run_id)
    _name_files(options, answers, sheets)
    return 1 if unreadable else 0


def _check_run_comes_first(options: argparse.Namespace) -> None:
    """Ask for a run where an image or a folder of images stands in its place.

    Raises:
        ConfigError: so it is; the text names the run that was trained last.
    """
    path = given_path("run", options.run)
    is_image = path.is_file() or (path.is_dir() and not options.images and not (path / "config.yaml").exists())
    is_model = is_exported(path) or format_of(path) not in (None, "cnnlab")  # a zip may hold anything
    if is_image and options.features is None and not is_model:
        statuses = sorted(runs_dir().glob("*/status.json"), key=lambda file: file.stat().st_mtime)
        run, last = (statuses[-1].parent.name, " The last one:") if statuses else ("<run>", "")
        line = shlex.join(["cnnlab", "predict", run, str(path), *map(str, options.images)])
        raise ConfigError(f"run: '{path}' is not a run, and the run is named first.{last} {line}")


def _parser() -> Parser:
    parser = Parser(
        "predict",
        description="Classify images with the selected weights of a finished run.",
        epilog="example: cnnlab predict latest photos/ --csv photos.csv --sheet photos.png",
        example="latest photo.jpg",
    )
    parser.add_run(or_else="what cnnlab export made of one")
    parser.add_argument(
        "images",
        nargs="*",
        type=partial(given_path, "images"),
        help="image files, or folders of them; with --features none are needed: test images of the run are taken",
    )
    parser.add_argument(
        "--csv", type=partial(given_path, "--csv"), metavar="FILE", help="write scores and probabilities to a CSV file"
    )
    parser.add_argument(
        "--submission",
        type=partial(given_path, "--submission"),
        metavar="FILE",
        help="write a CSV file in Kaggle's form: id, the file's name without suffix, and label, the class",
    )
    parser.add_argument(
        "--sheet",
        type=partial(given_path, "--sheet"),
        metavar="FILE.png",
        help="draw all images small with their classes, and beside it the mistakes and the confusion matrix where "
        "folders are called after classes",
    )
    parser.add_argument(
        "--features",
        type=partial(given_path, "--features"),
        metavar="DIR",
        help="draw each image's feature maps behind the first layer and every block, a PNG file per image",
    )
    parser.add_device()
    parser.add_plugins()
    parser.add_argument("--trust", action="store_true", help="open a .pt2 file, which may hold code")
    return parser


def _check_outputs(options: argparse.Namespace, given: Given) -> None:
    """Refuse, before anything takes long, what could not be written in the end.

    Raises:
        ConfigError: there are no images, two have the same id where ids count, or a file is there already.
    """
    files, submission, features, sheet = given.files, options.submission, options.features, options.sheet
    if not files and (features is None or any(path is not None for path in (submission, options.csv, sheet))):
        raise ConfigError("images: none given. Name files or folders; only --features by itself takes test images.")
    if submission is not None:
        check_ids(files, option="--submission")
        if submission.exists():
            raise ConfigError(f"--submission: '{submission}' is there already. Name another file, or delete it.")
        if not submission.parent.is_dir():
            raise ConfigError(f"--submission: no folder '{submission.parent}'. Make it first.")
        if given.lacks_photos:
            raise ConfigError(
                f"--submission: would lack rows, a submission has one for every image: {given.left_out[0]}. Convert "
                "or remove them."
            )
    if sheet is not None:
        from cnnlab.runs.predicting.pictures import check_sheet

        check_sheet(sheet, len(files))
    if features is not None:
        check_ids(files, option="--features")
        if features.exists() and not features.is_dir():
            raise ConfigError(f"--features: '{features}' is no folder. Name one; it is made if it is not there.")


def _artist(features: Path, source: SavedRun) -> Artist:
    from cnnlab.runs.predicting.feature_pictures import Artist  # matplotlib takes half a second to import

    return Artist(features, source.folder, source.trained, source.runtime.device)


def _classified(
    options: argparse.Namespace, given: Given, source: Source, stop: Stop
) -> tuple[list[Answer], list[Unreadable]]:
    """Return the answers, and what cannot be read; draw the feature maps that are wanted on the way."""
    from cnnlab.runs.predicting.classification import Unreadable, classify, read_pictures
    from cnnlab.runs.predicting.sources import SavedRun

    meanwhile("classifying")
    wording, artist, chosen = source.wording, None, []
    if isinstance(source, SavedRun) and options.features is not None:
        artist = _artist(options.features, source)
        chosen = [] if given.images else source.test_pictures()
        artist.refuse_existing([*map(image_id, given.files), *(picture.id for picture in chosen)])
    answers, unreadable = [], []
    for place, found in enumerate(classify(chosen or read_pictures(given.files, source.images), source.score)):
        stop.look()
        if isinstance(found, Unreadable):
            unreadable.append(found)
            continue
        picture, scores = found
        answers.append(wording.answer(picture, scores, given.images[place] if given.images else None))
        if artist is not None:
            said = f"{wording.classes[answers[-1].predicted]} ({wording.worth(answers[-1])})"
            with _writing("--features", options.features):
                artist.draw(picture, f"{picture.title}, taken for {said}")
    return answers, unreadable


def _name_unreadable(unreadable: Sequence[Unreadable]) -> None:
    from cnnlab.runs.predicting.answer_lines import unreadable_lines

    for line in unreadable_lines(unreadable):
        tell(f"cnnlab predict: cannot be read: {line}", file=sys.stderr, indent=2)


def _own_images(answers: Sequence[Answer], source: Source) -> OwnImages | None:
    """Look for the images among the run's own, where it is said how many are right."""
    meanwhile("looking for the images among the run's own")
    files = [answer.path for answer in answers if answer.path is not None]
    return source.own_images(files) if any(answer.target is not None for answer in answers) else None


def _write_csv(path: Path, answers: Sequence[Answer], classes: Sequence[str]) -> None:
    from cnnlab.runs.predicting.answers import columns, row

    with _writing("--csv", path):
        text = csv_text(columns(classes, answers), [row(answer, classes) for answer in answers])
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")


def _submit(
    path: Path, answers: Sequence[Answer], classes: Sequence[str], unreadable: Sequence[Unreadable], given: Given
) -> None:
    """Write the submission, if it is whole.

    Raises:
        RunError: images are lacking.
    """
    if unreadable:
        raise RunError(
            f"--submission: '{path}' is not written: {len(unreadable)} of {len(given.images)} images cannot "
            "be read, and a submission has a row for every one. Get these anew, or leave them out."
        )
    with _writing("--submission", path):
        write_submission(path, {answer.id: classes[answer.predicted] for answer in answers})


def _draw(path: Path, answers: Sequence[Answer], wording: Wording, run_id: str) -> dict[Path, int]:
    meanwhile("drawing")
    from cnnlab.runs.predicting.pictures import draw_answers

    with _writing("--sheet", path):
        return draw_answers(path, answers, wording, run_id=run_id)


@contextmanager
def _writing(option: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{option}: cannot write '{path}' ({error.strerror}).") from error


def _print_answers(
    answers: Sequence[Answer], wording: Wording, own: OwnImages | None, options: argparse.Namespace
) -> None:
    """Print the table, of many images that of the least sure, and what is to be said of all of them."""
    from cnnlab.runs.predicting.answer_lines import MOST, calibration_lines, table, totals, verdict_lines

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    lines = table(answers, wording, width=width)
    if len(answers) > MOST:
        where = "--csv FILE" if options.csv is None else options.csv
        lines.insert(0, f"the {len(lines) - 1} least sure of {len(answers):,}; all of them: {where}")
    lines += [*totals(answers, wording), *calibration_lines(wording), *verdict_lines(answers, wording, own)]
    print("\n".join(lines))


def _name_files(options: argparse.Namespace, answers: Sequence[Answer], sheets: Mapping[Path, int]) -> None:
    if options.csv is not None:
        print(f"open     {options.csv}")
    if options.submission is not None:
        print(f"open     {options.submission}\n{'':9}{len(answers):,} rows")
    features = {} if options.features is None else {options.features / f"{answers[0].id}.png": len(answers)}
    for picture, number in {**sheets, **features}.items():
        print(f"open     {picture}")
        if number > 1:
            print(f"{'':9}and {number - 1} more beside it")
