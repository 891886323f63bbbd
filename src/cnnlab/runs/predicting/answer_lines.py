"""What the terminal says of the answers: a table, totals, and where classes are known how many are right."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnlab.base.intervals import wilson_interval
from cnnlab.base.metrics import Ints
from cnnlab.base.printing import one_line
from cnnlab.base.texts import cut_middle, first_names, quantity
from cnnlab.networks.scores import PROBABILITIES
from cnnlab.runs.calibration import Calibration
from cnnlab.runs.predicting.answers import Answer, counts_of, least_sure
from cnnlab.runs.predicting.classification import Picture, Scores, Unreadable
from cnnlab.runs.predicting.given_images import GivenImage
from cnnlab.runs.predicting.own_images import OwnImages
from cnnlab.runs.result_lines import percent

MOST = 40
"""Answers up to which the table shows all; of more the least sure ones."""
WIDTH = 80
_SHOWN = 20  # rows of a table that does not show all
_UNSURE = 3  # named in a line, where the table is in the images' order
_FEW = 5  # answers up to which the table alone tells which are unsure
_CLASSES = 10  # that are counted; the rest is summed up
_MATRIX = 8  # classes up to which the confusion matrix is printed
_CONFUSIONS = 5  # that are named of more classes
_ALIKE = 3  # files that cannot be read for one reason, up to which each has a line
_NAME = 18  # characters of a class in a table


@dataclass(frozen=True)
class Wording:
    """How answers are put into words."""

    classes: tuple[str, ...]
    scores_are: str
    calibration: Calibration | None
    """Of decision values."""

    @property
    def has_probabilities(self) -> bool:
        """Whether a run tells how likely a class is."""
        return self.scores_are == PROBABILITIES or self.calibration is not None

    def answer(self, picture: Picture, scores: Scores, image: GivenImage | None) -> Answer:
        """Return what is said of a picture.

        Args:
            picture: the image as it was read.
            scores: of its classes.
            image: its file, if it is one.
        """
        probabilities = None if self.calibration is None else self.calibration.probabilities(scores[None])[0]
        if self.scores_are == PROBABILITIES:
            probabilities = scores.astype(np.float64)
        target, path = (None, None) if image is None else (image.label(self.classes), image.path)
        return Answer(picture.name, picture.id, scores, probabilities, target, path)

    def name(self, place: int) -> str:
        """Return a class as it stands in a line."""
        return cut_middle(one_line(self.classes[place]), _NAME)

    def worth(self, answer: Answer, rank: int = 0) -> str:
        """Return the probability of a class by its rank, or its score where that is all there is."""
        place = answer.ranked[rank]
        if answer.probabilities is None:
            return self.score(answer, place)
        return f"{100 * answer.probabilities[place]:.1f} %"

    def score(self, answer: Answer, place: int) -> str:
        """Return a class's decision value."""
        return f"{answer.scores[place]:.3f}"


def table(answers: Sequence[Answer], wording: Wording, *, width: int | None) -> list[str]:
    """Return the table of the answers, in their order; of many those that are least sure.

    Args:
        answers: of all images.
        wording: how they are put into words.
        width: to which names of files are cut; None: they are not.
    """
    shown = answers if len(answers) <= MOST else least_sure(answers)[:_SHOWN]
    has_runner_up = len(wording.classes) > 1
    both = wording.scores_are != PROBABILITIES and wording.has_probabilities
    cells = [
        [
            wording.name(answer.predicted),
            wording.worth(answer),
            *([wording.score(answer, answer.predicted)] if both else []),
            *([f"{wording.name(answer.ranked[1])} {wording.worth(answer, 1)}"] if has_runner_up else []),
        ]
        for answer in shown
    ]
    head = ["class", "probability" if wording.has_probabilities else "score", *(["score"] if both else [])]
    head += ["runner-up"] if has_runner_up else []
    widths = [max(map(len, column)) for column in zip(head, *cells)]
    is_number = [False, True, *([True] if both else []), False]
    room = None if width is None else max(12, width - sum(widths) - 2 * len(widths))
    lines = [_joined([*head, "file"], widths, is_number)]
    for row, answer in zip(cells, shown):
        file = one_line(answer.name)
        lines.append(_joined([*row, file if room is None else cut_middle(file, room)], widths, is_number))
    return lines


def _joined(cells: Sequence[str], widths: Sequence[int], is_number: Sequence[bool]) -> str:
    *front, last = cells
    padded = [f"{cell:>{w}}" if right else f"{cell:{w}}" for cell, w, right in zip(front, widths, is_number)]
    return "  ".join([*padded, last])


def totals(answers: Sequence[Answer], wording: Wording) -> list[str]:
    """Return how many images are of each class, and which answers are the least sure; nothing for one image."""
    if len(answers) < 2:
        return []
    counts = Counter(answer.predicted for answer in answers)
    chosen = [place for place, _ in counts.most_common(_CLASSES)]
    named = [f"{wording.name(place)} {counts[place]:,}" for place in sorted(chosen)]
    rest = sum(counts.values()) - sum(counts[place] for place in chosen)
    if rest:
        named.append(f"{len(counts) - len(chosen)} other classes {rest:,}")
    lines = told("total", ", ".join(named))
    if _FEW < len(answers) <= MOST:
        unsure = "; ".join(
            f"{cut_middle(one_line(answer.name), 40)} ({wording.name(answer.predicted)} {wording.worth(answer)})"
            for answer in least_sure(answers)[:_UNSURE]
        )
        lines += told("unsure", unsure)
    return lines


def calibration_lines(wording: Wording) -> list[str]:
    """Say where the probabilities of decision values come from, or why there are none; nothing of a softmax."""
    if wording.scores_are == PROBABILITIES:
        return []
    if wording.calibration is None:
        text = (
            "no probabilities, scores are decision values: the run kept no calibration. It has one where it has "
            "validation images and was trained by this version of cnnlab; its command with rerun=true trains it anew."
        )
        return told("note", text)
    number = quantity(wording.calibration.images, "validation image")
    return told("note", f"probabilities are scores calibrated on the run's {number}.")


def verdict_lines(answers: Sequence[Answer], wording: Wording, own: OwnImages | None) -> list[str]:
    """Return how many answers are right and which classes are confused, where folders are called after classes."""
    known = [place for place, answer in enumerate(answers) if answer.target is not None]
    if not known:
        return []
    right = [place for place in known if answers[place].is_right]
    others = len(answers) - len(known)
    beside = f" {others:,} more are in folders that are no class of the run's." if others else ""
    lines = told("right", f"{_share(len(right), len(known))} by the names of their folders.{beside}")
    counts = counts_of(answers, len(wording.classes))
    lines += _matrix(counts, wording) if len(counts) <= _MATRIX else _most_confused(counts, wording)
    return [*lines, *_own_lines(known, right, own)]


def _own_lines(known: Sequence[int], right: Sequence[int], own: OwnImages | None) -> list[str]:
    """Say how many of the images the run has seen, and how many of the others are right."""
    if own is None:
        return told("note", "the run's own images are not here: whether it was trained on some of these is not known.")
    learnt, tested = own.learnt.intersection(known), own.tested.intersection(known)
    lines = []
    if learnt:
        of_tested = f", {len(tested):,} are its test images" if tested else ""
        new = [place for place in known if place not in learnt]
        hits = len(set(right).difference(learnt))
        rest = f"Of the others {_share(hits, len(new))}." if new else "None is new to it: this is no test."
        lines = told("known", f"the run saw {len(learnt):,} of them in training or validation{of_tested}. {rest}")
    elif tested:
        lines = told("known", f"{len(tested):,} of them are the run's own test images, it learned from none.")
    return lines


def _share(hits: int, number: int) -> str:
    """Return a share with its interval: 84 % (21 of 25; 95 % interval 65 to 94)."""
    low, high = (percent(end, number).removesuffix(" %") for end in wilson_interval(hits, number))
    return f"{percent(hits / number, number)} ({hits:,} of {number:,}; 95 % interval {low} to {high})"


def _matrix(counts: Ints, wording: Wording) -> list[str]:
    names = [cut_middle(wording.name(place), 9) for place in range(len(wording.classes))]
    widths = [max(len(name), len(f"{counts[:, place].max():,}")) for place, name in enumerate(names)]
    corner = "true \\ predicted"
    first = max(len(corner), *map(len, names))
    head = "  ".join([f"{corner:{first}}", *(f"{name:>{w}}" for name, w in zip(names, widths))])
    rows = [
        "  ".join([f"{names[place]:{first}}", *(f"{count:>{w},}" for count, w in zip(row.tolist(), widths))])
        for place, row in enumerate(counts)
        if row.any()
    ]
    return [f"{'':9}{line}" for line in (head, *rows)]


def _most_confused(counts: Ints, wording: Wording) -> list[str]:
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    places = [int(place) for place in np.argsort(-wrong, axis=None, kind="stable")[:_CONFUSIONS] if wrong.flat[place]]
    pairs = [(*divmod(place, len(counts)), wrong.flat[place]) for place in places]
    named = [f"{wording.name(true)} taken for {wording.name(taken)} {count:,}" for true, taken, count in pairs]
    return told("confused", ", ".join(named)) if named else []


def unreadable_lines(unreadable: Sequence[Unreadable]) -> list[str]:
    """Return which files cannot be read and why; of many for the same reason the number and the first."""
    names: dict[str, list[str]] = {}
    for each in unreadable:
        names.setdefault(each.reason, []).append(each.name)
    lines = []
    for reason, group in names.items():
        if len(group) <= _ALIKE:
            lines += [f"{name} ({reason})" for name in group]
        else:
            lines.append(f"{len(group):,} images ({reason}): {first_names(group, _ALIKE)}")
    return lines


def told(word: str, text: str) -> list[str]:
    """Return a text behind its word, in lines of at most 80 columns, broken between words."""
    return textwrap.wrap(
        f"{word:8} {text}", WIDTH, subsequent_indent=" " * 9, break_long_words=False, break_on_hyphens=False
    )
