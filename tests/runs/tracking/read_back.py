"""`python -m tests.runs.tracking.read_back NAME`: tells a tracker of a run in two parts, and reads it back.

It prints what the tracker's own reader finds: the curve of train_loss as pairs, a setting, the study, the status.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from cnnlab.runs.tracking.tracker import End, TrackedRun
from cnnlab.runs.tracking.trackers import TRACKERS

RUN = "lenet-batch-relu-adam-s0-0123456789"
LOSSES = {1: 0.5, 2: 0.25, 3: 0.125}


def tell(name: str) -> None:
    """Tell of a run that is interrupted after two epochs, of which the checkpoint has one, and goes on to three."""
    outputs = Path("outputs").absolute()
    folder = outputs / "runs" / RUN
    (folder / "plots").mkdir(parents=True)
    Image.new("RGB", (8, 8), (200, 0, 0)).save(folder / "plots" / "curves.png")
    run = TrackedRun(RUN, "mine", ("a",), {"optimizer": "adam", "ema": "null"}, folder, outputs, 0, is_anew=False)
    _follow(name, run, (1, 2), End("interrupted", {}, (), 2))
    pictures = (folder / "plots" / "curves.png",)
    _follow(name, replace(run, epochs_done=1), (1, 2, 3), End("finished", {"summary/test.accuracy": 0.75}, pictures, 3))


def _follow(name: str, run: TrackedRun, epochs: tuple[int, ...], end: End) -> None:
    tracker = TRACKERS[name](run)
    for epoch in epochs:
        if epoch > tracker.last_epoch:
            tracker.log(epoch, {"train_loss": LOSSES[epoch], "lr": 0.1})
    tracker.end(end)


def tensorboard() -> dict[str, object]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2

    events = EventAccumulator(f"outputs/runs/{RUN}/tensorboard")
    events.Reload()
    started = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    settings = plugin_data_pb2.HParamsPluginData.FromString(started).session_start_info.hparams
    (status,) = [event.tensor_proto.string_val[0].decode() for event in events.Tensors("status/text_summary")][-1:]
    assert events.Tags()["images"] == ["plots/curves"]
    return {
        "curve": [(event.step, event.value) for event in events.Scalars("train_loss")],
        "optimizer": settings["optimizer"].string_value,
        "study": settings["study"].string_value,
        "status": status,
        "summary/test.accuracy": events.Scalars("summary/test.accuracy")[-1].value,
    }


def mlflow() -> dict[str, object]:
    from mlflow import MlflowClient

    client = MlflowClient("sqlite:///outputs/mlflow.db")
    experiment = client.get_experiment_by_name("cnnlab")
    (run,) = client.search_runs([experiment.experiment_id])
    assert (run.info.run_name, run.info.status) == (RUN, "FINISHED")
    assert [file.path for file in client.list_artifacts(run.info.run_id, "plots")] == ["plots/curves.png"]
    return {
        "curve": [(each.step, each.value) for each in client.get_metric_history(run.info.run_id, "train_loss")],
        "optimizer": run.data.params["optimizer"],
        "study": run.data.tags["study"],
        "status": run.data.tags["status"],
        "summary/test.accuracy": run.data.metrics["summary/test.accuracy"],
    }


def wandb() -> dict[str, object]:
    from wandb.proto.wandb_internal_pb2 import Record

    (file,) = Path("outputs/wandb").glob(f"offline-run-*/run-{RUN}.wandb")  # of the first part nothing is left
    records = [Record.FromString(data) for data in _leveldb_records(file.read_bytes())]
    rows = [_items(record.history.item) for record in records if record.HasField("history")]
    (run,) = [record.run for record in records if record.HasField("run")]
    summary: dict[str, object] = {}
    for record in records:
        summary |= _items(record.summary.update)
    assert [record.exit.exit_code for record in records if record.HasField("exit")] == [0]
    assert any((file.parent / "files" / "media" / "images" / "plots").glob("curves_*.png"))
    return {
        "curve": [(row["epoch"], row["train_loss"]) for row in rows if "train_loss" in row],
        "optimizer": _items(run.config.update)["optimizer"],
        "study": run.run_group,
        "status": summary["status"],
        "summary/test.accuracy": summary["summary/test.accuracy"],
    }


def _items(items: object) -> dict[str, object]:
    return {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in items}


def _leveldb_records(content: bytes) -> Iterator[bytes]:
    """Yield the records of LevelDB's log format, in which W&B keeps them behind a header of 7 bytes."""
    place, record = 7, b""
    while place + 7 <= len(content):
        left = 32768 - place % 32768
        if left < 7:  # no room for a header: blocks are filled up
            place += left
            continue
        size, kind = struct.unpack("<HB", content[place + 4 : place + 7])
        record += content[place + 7 : place + 7 + size]
        place += 7 + size
        if kind in (1, 4):  # whole, or the last part
            yield record
            record = b""


def trackio() -> dict[str, object]:
    from trackio.sqlite_storage import SQLiteStorage

    (record,) = SQLiteStorage.get_run_records("cnnlab")
    logs = SQLiteStorage.get_logs("cnnlab", RUN)
    config = SQLiteStorage.get_run_config("cnnlab", RUN)
    assert record["name"] == RUN
    assert any("plots/curves" in row for row in logs)
    last: dict[str, object] = {}
    for row in logs:
        last |= row
    return {
        "curve": [(row["step"], row["train_loss"]) for row in logs if "train_loss" in row],
        "optimizer": config["optimizer"],
        "study": config["_Group"],
        "status": last["status"],
        "summary/test.accuracy": last["summary/test.accuracy"],
    }


if __name__ == "__main__":
    tell(sys.argv[1])
    print(json.dumps(globals()[sys.argv[1]]()))
