"""Runs of a sweep that are watched, and what becomes of them."""

from cnnlab.outputs.files import METRICS_COLUMNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.sweeps.run_progress import Watched


def watched(path, name, *, is_rerun=False):
    return Watched(RunFolder(path / "runs" / name), f"run={name}", 0, 20, {"run": name}, is_rerun=is_rerun)


def finish(run, *, accuracy=0.9):
    summary = {"best_epoch": 7, "val": {"accuracy": accuracy}, "test": {"accuracy": 0.8}, "seconds": {"train": 65.0}}
    run.folder.write_json("summary.json", summary)
    write_status(run.folder, "finished")


def train_epochs(run, accuracies):
    write_status(run.folder, "running")
    rows = [dict.fromkeys(METRICS_COLUMNS, 0) | {"epoch": i, "val_accuracy": a} for i, a in enumerate(accuracies, 1)]
    run.folder.write_rows("metrics.csv", METRICS_COLUMNS, rows)
