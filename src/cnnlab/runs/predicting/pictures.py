"""Pictures of answers: contact sheets of all images and of the mistakes, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.files import replacing
from cnnlab.runs.predicting.answer_lines import Wording
from cnnlab.runs.predicting.answers import Answer, counts_of, worst
from cnnlab.runs.predicting.contact_sheet import PER_PAGE, Shown, pages_of, write_sheets


def check_sheet(path: Path, num_images: int) -> None:
    """Refuse to write over a file, which may be one of the images.

    Args:
        path: of the sheet.
        num_images: on it.

    Raises:
        ConfigError: it is no PNG file, its folder is not there, or a file of the name is.
    """
    if path.suffix.lower() != ".png":
        raise ConfigError(f"--sheet: must be a PNG file, got '{path}'. Call it sheet.png.")
    if not path.parent.is_dir():
        raise ConfigError(f"--sheet: no folder '{path.parent}'. Make it first.")
    for file in (*pages_of(path, num_images), _beside(path, "mistakes"), _beside(path, "confusion")):
        if file.exists():
            raise ConfigError(f"--sheet: '{file}' is there already. Name another file, or delete it.")


def draw_answers(path: Path, answers: Sequence[Answer], wording: Wording, *, run_id: str) -> dict[Path, int]:
    """Write a contact sheet, and where classes are known the mistakes and the confusion matrix beside it.

    Args:
        path: of the sheet's first page.
        answers: of image files.
        wording: how they are put into words.
        run_id: of the run that answered.

    Returns:
        The first file of each picture, the sheet first, and how many pages it has.
    """
    shown = [_shown(each, wording) for each in answers]
    pages = {path: write_sheets(path, shown, title=f"{len(answers):,} images, {run_id}")}
    if mistakes := worst(answers):
        few = mistakes[:PER_PAGE]
        file = _beside(path, "mistakes")
        pages[file] = write_sheets(file, [_shown(each, wording) for each in few], title=_headline(few, mistakes))
    counts = counts_of(answers, len(wording.classes))
    if counts.any():
        pages[_draw_confusion(_beside(path, "confusion"), answers, wording, run_id)] = 1
    return pages


def _headline(shown: Sequence[Answer], mistakes: Sequence[Answer]) -> str:
    of = f" of {len(mistakes):,}" if len(shown) < len(mistakes) else ""
    said = "the only mistake" if len(mistakes) == 1 else f"{len(shown)}{of} mistakes, the surest first"
    return f"{said}: true → predicted"


def _shown(answer: Answer, wording: Wording) -> Shown:
    assert answer.path is not None  # sheets are of files
    said = f"{wording.name(answer.predicted)} {wording.worth(answer)}"
    if answer.is_right is False:
        assert answer.target is not None
        said = f"{wording.name(answer.target)} → {said}"
    return Shown(answer.path, said, answer.path.name, answer.is_right)


def _draw_confusion(file: Path, answers: Sequence[Answer], wording: Wording, run_id: str) -> Path:
    from cnnlab.plots import confusion_of  # matplotlib takes half a second to import
    from cnnlab.plots.style import DPI, styled

    @styled
    def save(opened: BinaryIO) -> None:
        figure = confusion_of(counts_of(answers, len(wording.classes)), wording.classes, source=run_id)
        figure.savefig(opened, format="png", dpi=DPI)

    with replacing(file) as opened:
        save(opened)
    return file


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.stem}-{what}{path.suffix}")
