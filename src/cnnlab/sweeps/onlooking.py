"""Looking on at a sweep or a run from another process: everything is read from files, and nothing is written."""

from __future__ import annotations

import time
from collections.abc import Iterator

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.outputs.files import outputs_dir, runs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import goes_on, standing
from cnnlab.outputs.status import began, read_status, said_at
from cnnlab.outputs.study_folder import GridRow, StudyFolder
from cnnlab.sweeps.run_progress import Watched
from cnnlab.sweeps.watch import Watch

_PAUSE = 0.5  # seconds between two looks at whether it goes on


def what_goes_on() -> StudyFolder | RunFolder:
    """Return the sweep that was begun last of those that go on, else such a run; the last study where nothing goes on.

    Raises:
        ConfigError: there is neither.
    """
    studies = [StudyFolder(file.parent) for file in outputs_dir().glob("*/runs.csv")]
    runs = [RunFolder(file.parent) for file in runs_dir().glob("*/status.json")]
    going: list[StudyFolder | RunFolder] = [study for study in studies if goes_on(study)]
    found = going or [run for run in runs if standing(run) == "running"] or studies
    if not found:
        raise ConfigError(f"watch: nothing is running in {outputs_dir()}. Begin a sweep: cnnlab -m seed=0,1,2,3,4")
    return max(found, key=lambda folder: (began(folder) or 0.0, said_at(folder) or 0.0))


def look_on_sweep(study: StudyFolder, stop: Stop) -> None:
    """Show how the runs of a sweep stand until it ends: each that ends, and on a terminal those that go on.

    Args:
        study: of the sweep.
        stop: asked at every look.

    Raises:
        RunError: it is no study.
    """
    known: set[str] = set()
    watch = Watch(study.path.name, study, list(_new_rows(study, known)), since=began(study), writes=False)
    with watch:
        while goes_on(study):
            stop.look()
            time.sleep(_PAUSE)
            if new := list(_new_rows(study, known)):  # of a design that asks round after round
                watch.add(new)
    print(f"{watch.head()}; {_said(study)}")
    page = study.path / "report.html"
    print(f"open     {page if page.exists() else study.path}")


def look_on_run(run: RunFolder, stop: Stop) -> None:
    """Show how far a run is until it ends."""
    epochs = run.read_config().get("epochs")
    watched = Watched(run, run.run_id, 0, epochs if isinstance(epochs, int) else 0, {})
    watch = Watch(run.run_id, StudyFolder(run.path.parent), [watched], since=began(run), writes=False)
    with watch:
        while standing(run) == "running":
            stop.look()
            time.sleep(_PAUSE)
    print(f"{run.run_id}: {standing(run)}")
    print(f"open     {run.path}")


def _new_rows(study: StudyFolder, known: set[str]) -> Iterator[Watched]:
    """Yield the runs of the grid that are not known yet, and make them known."""
    common = (asked.common if (asked := study.read_study().asked) is not None else {}).get("epochs", "0")
    for row in (*study.read_leading(), *study.read_grid()):
        if row.run_id and row.run_id not in known:
            known.add(row.run_id)
            yield _watched(study, row, common)


def _watched(study: StudyFolder, row: GridRow, common_epochs: str) -> Watched:
    own = (word.partition("=")[2] for word in row.overrides.split() if word.startswith("epochs="))
    epochs = next(own, common_epochs)
    unit = f"fold={row.fold}" if row.fold else f"seed={row.seed}"
    label = f"{row.arm} {unit}".strip()
    return Watched(study.run(row.run_id), label, 0, int(epochs) if epochs.isdecimal() else 0, {})


def _said(study: StudyFolder) -> str:
    """Return how a sweep has ended."""
    said = read_status(study).get("status")
    if said is None:
        return "no sweep is running"
    return "its process has ended without a word" if said == "running" else str(said)
