"""Tunings whose runs end as a formula says; nothing is trained."""

from __future__ import annotations

from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.outputs.study_folder import GridRow, Study, StudyFolder
from cnnlab.sweeps.designs import Ended
from cnnlab.sweeps.points import Point
from cnnlab.sweeps.tuning.design import Tuning
from cnnlab.sweeps.tuning.sampling import Sampler
from cnnlab.sweeps.tuning.space import read_space
from cnnlab.sweeps.tuning.tuned import write_tuned

WORDS = ("optimizer.lr=log(1e-4,1)", "optimizer=momentum,adam")
BASE = Point("", (), ("epochs=2",), (), "")


def tuning(*, trials=16, per_round=3, kind="tpe", words=WORDS, seed=4, **more):
    """Return a tuning."""
    space = read_space(words)
    return Tuning(BASE, space, Sampler(space, kind=kind, seed=seed, num_trials=trials), seed, per_round, **more)


def rate(point):
    """Return the rate of a point."""
    return float(next(text for text in point.swept if text.startswith("optimizer.lr=")).partition("=")[2])


def ended(point, *, status="finished", accuracy=None):
    """Return the end of a run that is the better the nearer its rate is to 0.01."""
    value = 1 / (1 + abs(rate(point) - 0.01)) if accuracy is None else accuracy
    return Ended(point, "id", status, {"val": {"accuracy": value, "loss": 1 - value}} if status == "finished" else {})


def led(one, *, become=ended):
    """Carry on the conversation to its end; return the rounds."""
    design = one.design()
    rounds = [next(design)]
    while True:
        try:
            rounds.append(design.send([become(point) for point in rounds[-1]]))
        except StopIteration:
            return rounds


COMMAND = "cnnlab tune 'optimizer.lr=log(1e-4,1)' optimizer=momentum,adam trials=3 epochs=2 seed=4"


def written(folder, *, accuracies=(0.7, 0.9, 0.8), fresh=(0.75, 0.85), words=None):
    """Write a study of a tuning with so many finished trials and runs over fresh seeds; return it and the tuning."""
    one = tuning(trials=len(accuracies), seed=4, **({} if words is None else {"words": words}))
    next(one.design())
    study = StudyFolder(folder / "outputs" / "mine")
    rows = [_row(folder, f"t{number}", "4", accuracy) for number, accuracy in enumerate(accuracies)]
    rows += [_row(folder, f"f{seed}", str(seed), accuracy) for seed, accuracy in enumerate(fresh, 5)]
    study.write_grid(Study("mine", COMMAND), rows)
    write_tuned(study, one, rows, kind="tpe")
    return study, one


def _row(folder, run_id, seed, accuracy):
    if accuracy is None:
        return GridRow("arm", seed, "", "", "is refused")
    run = RunFolder(folder / "outputs" / "runs" / run_id)
    figures = {"val": {"accuracy": accuracy, "loss": 1 - accuracy}, "test": {"accuracy": accuracy - 0.05}}
    run.write_json("summary.json", {"status": "finished", **figures})
    write_status(run, "finished")
    return GridRow("arm", seed, run_id, "")
