"""The images that one arm gets right and the other does not, as the page shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.comparison.changes import Change, SeedChanges, in_words
from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.labels import p_cell
from cnnlab.outputs.run_files import RunFiles
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.webpage.pictures import Image, picture_of

MOST = 40
"""Images on a page, of both kinds together."""
Pixels = Callable[[RunFolder, Sequence[int]], Sequence[Image]]
"""Images of a run's test split, by their positions; ConfigError or RunError where they are not at hand."""


@dataclass(frozen=True)
class ShownImage:
    """An image with its answers, and its picture where there is one."""

    change: Change
    picture: str | None
    """A data URI."""
    is_pixelated: bool

    @property
    def name(self) -> str:
        """The file, or which test image it is."""
        return f"test image {self.change.index}" if self.change.file is None else self.change.file


@dataclass(frozen=True)
class ShownChanges:
    """Some of the images that change with one seed, the mistakes first of which a network was surest."""

    fixed: Sequence[ShownImage]
    broken: Sequence[ShownImage]
    notes: Sequence[str]
    """Why there are no pictures."""


@dataclass(frozen=True)
class ChangesSection:
    """What the page says of two arms, image by image."""

    said: str
    """A sentence about the first seed."""
    why: str | None
    """Why these two arms, where there are more."""
    reference: str
    """Name of the arm."""
    arm: str
    places: tuple[int, int]
    """Of reference and arm among those shown, in the order typed: these choose their colours."""
    rows: Sequence[tuple[str, int, int, int, int, str]]
    """Of each seed: only the arm is right, only the reference is, both are, neither is; p."""
    shown: ShownChanges
    """Of the first seed."""
    notes: Sequence[str]

    @property
    def groups(self) -> list[tuple[str, str, int, Sequence[ShownImage]]]:
        """Who is right, who is wrong, on how many images, and those that are shown."""
        _, fixed, broken, *_ = self.rows[0]
        groups = [(self.arm, self.reference, fixed, self.shown.fixed)]
        groups.append((self.reference, self.arm, broken, self.shown.broken))
        return [group for group in groups if group[2]]


def changes_section(comparison: Comparison, pixels: Pixels | None) -> ChangesSection | None:
    """Return what the page says of two arms, image by image; None where there is no seed that both finished."""
    changes = comparison.changes
    if changes is None or not changes.seeds:
        return None
    first = changes.seeds[0]
    reference, arm = comparison.names[changes.reference.label], comparison.names[changes.arm.label]
    arms = [result.arm for result in comparison.shown.results]
    shown = show_changes(first, pixels)
    return ChangesSection(
        said=in_words(first, reference=reference, arm=arm),
        why=_why(comparison, arm),
        reference=reference,
        arm=arm,
        places=(arms.index(changes.reference), arms.index(changes.arm)),
        rows=[
            (seed.unit, len(seed.fixed), len(seed.broken), seed.both_right, seed.both_wrong, p_cell(seed.p))
            for seed in changes.seeds
        ],
        shown=shown,
        notes=[*changes.notes, *shown.notes],
    )


def _why(comparison: Comparison, arm: str) -> str | None:
    count = len(comparison.results)
    if count < 3:
        return None
    if comparison.baseline is None:
        return f"Of {count} arms these two have the highest mean accuracy on the test images."
    return f"Of the {count - 1} arms beside the baseline {arm} has the highest mean accuracy on the test images."


def show_changes(seed: SeedChanges, pixels: Pixels | None) -> ShownChanges:
    """Choose images and find their pictures: those that the runs kept themselves, the others with `pixels`.

    Args:
        seed: what changes.
        pixels: gives the others; None: they are shown by their names.
    """
    before, after = _files(seed.before.folder), _files(seed.after.folder)
    fixed, broken, found, notes = seed.fixed, seed.broken, {}, []
    try:
        fixed, broken = _surest_first(fixed, before), _surest_first(broken, after)
        found = _kept(before) | _kept(after)
    except RunError as error:
        notes.append(f"Pictures are left out here: {error}")
    num_fixed = min(len(fixed), max(MOST // 2, MOST - len(broken)))
    fixed, broken = fixed[:num_fixed], broken[: MOST - num_fixed]
    missing = [each.index for each in (*fixed, *broken) if each.index not in found]
    if missing and pixels is not None and seed.before.folder is not None:
        try:
            found |= zip(missing, pixels(seed.before.folder, missing))
        except (ConfigError, RunError, OSError, ImportError) as error:  # pages are written without torch as well
            notes.append(f"Some images are not at hand: {str(error).splitlines()[0]}")
    return ShownChanges(_shown(fixed, found), _shown(broken, found), notes)


def _files(folder: RunFolder | None) -> RunFiles:
    assert folder is not None  # the run is finished
    return RunFiles(folder.path)


def _surest_first(changes: Sequence[Change], wrong: RunFiles) -> list[Change]:
    """Order images by how sure the network was that got them wrong."""
    if (answers := wrong.predictions) is None:
        return list(changes)
    sure = dict(zip(answers.index.tolist(), answers.predicted_score.tolist()))
    return sorted(changes, key=lambda each: -sure[each.index])


def _kept(run: RunFiles) -> dict[int, Image]:
    """Return the mistakes of which a run kept the pictures: position -> image, as the network got it."""
    kept = run.mistakes
    return {} if kept is None else dict(zip(kept.index.tolist(), kept.images))


def _shown(changes: Sequence[Change], found: Mapping[int, Image]) -> list[ShownImage]:
    return [ShownImage(each, *picture_of(found.get(each.index))) for each in changes]
