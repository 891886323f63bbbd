import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.metrics import macro_auc
from cnnlab.config.load import load
from cnnlab.config.run_config import to_plain
from cnnlab.data.batches import Batches
from cnnlab.data.image_folders.listing import content_hash
from cnnlab.outputs.lock import held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status, write_status
from cnnlab.runs import job as train
from cnnlab.runs.run import execute
from cnnlab.training.losses import LOSSES
from cnnlab.training.selection import Selection
from tests.conftest import composed, interrupted_after, stopped_after, tiny

pytestmark = pytest.mark.usefixtures("in_empty_folder")

TIMES = ("seconds", "images_per_second")


def metrics_without_times(folder):
    return [{key: value for key, value in row.items() if key not in TIMES} for row in folder.read_rows("metrics.csv")]


def weights(folder):
    return folder.load_checkpoint("best.pt")["model"]


def equal_results(one, other):
    torch.testing.assert_close(weights(one), weights(other), rtol=0, atol=0)
    return metrics_without_times(one) == metrics_without_times(other)


def only_run():
    (path,) = Path("outputs/runs").iterdir()
    return RunFolder(path)


def test_run_leaves_exactly_these_files():
    train.run(to_plain(tiny("plots=true")), ["epochs=2"])
    folder = only_run()
    assert sorted(str(path.relative_to(folder.path)) for path in folder.path.rglob("*") if path.is_file()) == [
        ".lock", "checkpoints/best.pt", "config.yaml", "env.json", "gradients.csv", "metrics.csv", "mistakes.npz",
        "overrides.txt", "plots/confusion.png", "plots/curves.png", "plots/gradients.png", "plots/mistakes.png",
        "plots/per_class.png", "plots/roc.png", "predictions.csv", "status.json", "summary.json", "train.log",
    ]  # fmt: skip


def test_summary_holds_what_scripts_rely_on():
    outcome = execute(tiny("patience=9"))
    summary = json.loads((outcome.folder.path / "summary.json").read_text())
    assert summary["run_id"] == outcome.folder.run_id
    assert summary["status"] == "finished"
    assert summary["selected_by"] == "validation accuracy"
    assert summary["best_epoch"] in (1, 2)
    for split in ("train", "val", "test"):
        assert {"loss", "accuracy"} <= set(summary[split])
    assert {"balanced_accuracy", "majority_accuracy", "auc", "per_class"} <= set(summary["test"])
    assert {"train", "total", "first_batch", "features"} == set(summary["seconds"])
    assert summary["seconds"]["total"] > summary["seconds"]["train"]
    keys = {
        "parameters",
        "flops_per_image",
        "images_per_second",
        "peak_memory_bytes",
        "seconds_to",
        "device",
        "precision",
    }
    assert keys <= set(summary)


def test_figures_of_the_summary_are_those_of_the_predictions():
    outcome = execute(tiny())
    rows = outcome.folder.read_rows("predictions.csv")
    right = sum(row["target"] == row["predicted"] for row in rows)
    assert outcome.summary["test"]["accuracy"] == pytest.approx(right / len(rows))
    scores = [[float(value) for key, value in row.items() if key.startswith("score_")] for row in rows]
    assert sum(scores[0]) == pytest.approx(1, abs=1e-5)
    targets = [outcome.summary["classes"].index(row["target"]) for row in rows]
    assert outcome.summary["test"]["auc"] == macro_auc(scores, targets)


@pytest.mark.parametrize("loss", ["mse", "l1"])
def test_scores_of_a_regression_on_one_hot_targets_are_its_outputs(loss):
    outcome = execute(tiny(f"loss={loss}", "plots=true"))
    assert outcome.summary["scores_are"] == "decision values"
    assert outcome.folder.load_checkpoint("best.pt")["scores_are"] == "decision values"
    rows = outcome.folder.read_rows("predictions.csv")
    scores = torch.tensor([[float(value) for key, value in row.items() if key.startswith("score_")] for row in rows])
    assert (scores.sum(1) - 1).abs().max() > 1e-3
    classes = outcome.summary["classes"]
    targets = torch.tensor([classes.index(row["target"]) for row in rows])
    assert float(LOSSES[loss](3)(scores, targets)) == pytest.approx(outcome.summary["test"]["loss"], rel=1e-4)


def test_validation_figures_are_those_of_the_selected_epoch():
    outcome = execute(tiny("epochs=4"))
    row = outcome.folder.read_rows("metrics.csv")[outcome.summary["best_epoch"] - 1]
    assert outcome.summary["val"]["loss"] == float(row["val_loss"])
    assert float(row["val_accuracy"]) == max(
        float(each["val_accuracy"]) for each in outcome.folder.read_rows("metrics.csv")
    )


def test_same_command_trains_once(monkeypatch):
    first = execute(tiny())
    monkeypatch.setattr("cnnlab.training.learning.fit", None)  # would fail
    second = execute(tiny("threads=1", "rerun=false"))
    assert (first.is_new, second.is_new) == (True, False)
    assert second.summary["test"] == first.summary["test"]


def test_rerun_trains_again_with_the_same_bits():
    first = execute(tiny())
    before = metrics_without_times(first.folder), weights(first.folder)
    second = execute(tiny("rerun=true"))
    assert second.is_new
    assert metrics_without_times(second.folder) == before[0]
    torch.testing.assert_close(weights(second.folder), before[1], rtol=0, atol=0)


@pytest.mark.parametrize("seconds", [0, 1000])  # between checkpoints: every epoch is saved, or none
@pytest.mark.parametrize("epochs_done", [1, 3])
def test_interrupted_run_ends_bit_identical_to_an_unbroken_one(seconds, epochs_done):
    options = (
        "epochs=4",
        "normalization=dropout",
        "augmentation=flip_crop",
        "scheduler=cosine",
        f"checkpoint_seconds={seconds}",
    )
    with interrupted_after(epochs_done):
        execute(tiny(*options))
    resumed = execute(tiny(*options))
    unbroken = RunFolder(resumed.folder.path.rename("unbroken"))
    whole = execute(tiny(*options))
    assert equal_results(unbroken, whole.folder)


def test_interrupted_run_with_a_moving_average_ends_bit_identical():
    options = ("epochs=3", "ema=0.9", "checkpoint_seconds=0", "grad_clip_norm=0.1")
    with interrupted_after(2):
        execute(tiny(*options))
    resumed = RunFolder(execute(tiny(*options)).folder.path.rename("resumed"))
    assert equal_results(resumed, execute(tiny(*options)).folder)


def test_interrupted_run_on_a_plateau_ends_bit_identical():
    options = (
        "epochs=5",
        "scheduler=plateau",
        "scheduler.patience=0",
        "optimizer=muon",
        "optimizer.lr=1.0",  # so large that the loss does not fall
        "augmentation=cutmix",
        "checkpoint_seconds=0",
    )
    with interrupted_after(3):
        execute(tiny(*options))
    resumed = execute(tiny(*options))
    first = RunFolder(resumed.folder.path.rename("resumed"))
    assert equal_results(first, execute(tiny(*options)).folder)
    assert float(first.read_rows("metrics.csv")[-1]["lr"]) < 1.0


def test_interrupted_rerun_goes_on_from_its_checkpoint():
    options = ("epochs=3", "checkpoint_seconds=0")
    execute(tiny(*options))
    with interrupted_after(2):
        execute(tiny(*options, "rerun=true"))
    outcome = execute(tiny(*options))
    assert "resumed  after epoch 2" in outcome.folder.log.read_text()


def test_run_whose_metrics_were_cut_off_does_not_go_on_without_them():
    options = ("epochs=3", "checkpoint_seconds=0")
    with interrupted_after(2):
        execute(tiny(*options))
    (only_run().path / "metrics.csv").unlink()
    message = r"metrics\.csv: rows of epoch 1 to 2 are missing, .* or train the run anew: its command with rerun=true\."
    with pytest.raises(RunError, match=message):
        execute(tiny(*options))
    assert read_status(only_run())["status"] == "interrupted"
    assert execute(tiny(*options, "rerun=true")).status == "finished"


def test_wishes_of_a_command_are_not_saved_with_the_run():
    config = execute(tiny("epochs=0", "rerun=true")).folder.read_config()
    assert (config["rerun"], config["plan"]) == (False, False)


def test_summary_tells_the_images_that_name_the_run_although_the_folder_changes(tmp_path, monkeypatch):
    for i, name in enumerate(["ant", "bee"] * 8):
        path = tmp_path / "root" / name / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (32, 32), 100 + 10 * i).save(path)
    data = ("dataset=image_folder", "dataset.root=root", "batch_size=4", "plots=false", "device=cpu")
    config, before = load(composed(*data, "model.width=0.05", "epochs=1")), content_hash(tmp_path / "root")

    def changed_behind_its_back(self, *args, **options):
        (tmp_path / "root" / "ant" / "0.png").rename(tmp_path / "root" / "ant" / "new.png")
        return epoch(self, *args, **options)

    epoch = Batches.epoch
    monkeypatch.setattr(Batches, "epoch", changed_behind_its_back)
    assert execute(config).summary["data"]["content"] == before
    assert content_hash(tmp_path / "root") != before


def test_interrupted_run_says_how_to_go_on(capsys):
    with interrupted_after(1):
        execute(tiny("checkpoint_seconds=0"))
    folder = only_run()
    assert read_status(folder)["status"] == "interrupted"
    told = f"interrupted after epoch 1; what is done is kept. Go on with:\n  cnnlab resume {folder.path}"
    assert told in capsys.readouterr().out


def test_killed_run_goes_on_and_ends_bit_identical(tmp_path):
    """SIGKILL at a moment when two checkpoints are written, in a process of its own."""
    options = ["epochs=30", "checkpoint_seconds=0", "plots=false", "model.width=0.05"]
    command = [sys.executable, "-m", "cnnlab", "train", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any(len(path.read_text().splitlines()) > 3 for path in tmp_path.glob("outputs/runs/*/metrics.csv")):
        assert time.monotonic() < deadline, "the run wrote no metrics"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert subprocess.run(command, capture_output=True).returncode == 0
    killed = RunFolder(only_run().path.rename("killed"))
    assert subprocess.run(command, capture_output=True).returncode == 0
    assert "resumed  after epoch" in killed.log.read_text()
    assert equal_results(killed, only_run())


def test_ctrl_c_ends_at_an_epoch_border_with_everything_saved():
    command = [sys.executable, "-m", "cnnlab", "train", "epochs=500", "plots=false", "model.width=0.05"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("epoch"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    folder = only_run()
    assert process.returncode == 130
    assert out.splitlines()[-1] == f"  cnnlab resume outputs/runs/{folder.run_id}"
    assert err == ""
    assert folder.load_checkpoint("last.pt")["epoch"] == len(folder.read_rows("metrics.csv"))
    assert read_status(folder)["status"] == "interrupted"


def test_run_that_another_process_holds_is_left_alone():
    config = tiny()
    folder = execute(config).folder
    write_status(folder, "running")
    with (
        held(folder),
        pytest.raises(RunError, match=rf"is being trained by process {os.getpid()} on .*Nothing was done"),
    ):
        execute(config)


def test_failed_run_keeps_its_traceback_and_is_tried_again():
    message = r"failed with ValueError: boom\nThe traceback is in outputs/runs/.*/error\.txt"
    with pytest.raises(RunError, match=message), stopped_after(1, ValueError("boom")):
        execute(tiny())
    folder = only_run()
    assert read_status(folder)["error"] == "ValueError: boom"
    assert "in stopped" in (folder.path / "error.txt").read_text()
    assert execute(tiny()).status == "finished"
    assert not (folder.path / "error.txt").exists()


def test_diverged_run_says_so_and_is_not_tried_again():
    options = ("optimizer=sgd", "optimizer.lr=1e30", "normalization=none")
    outcome = execute(tiny(*options))
    assert outcome.status == "diverged"
    assert outcome.summary["test"] is None
    assert outcome.summary["error"].startswith("the loss is not finite at step ")
    assert read_status(outcome.folder)["error"] == outcome.summary["error"]
    assert not execute(tiny(*options)).is_new


def test_run_refuses_to_go_on_with_other_threads_or_precision():
    with interrupted_after(1):
        execute(tiny("threads=1", "checkpoint_seconds=0"))
    with pytest.raises(ConfigError, match=r"threads: the run was started with threads=1, got 2\. Go on with threads=1"):
        execute(tiny("threads=2"))


def test_batch_larger_than_the_data_set_is_refused_and_nothing_written(tmp_path):
    with pytest.raises(
        ConfigError, match=r"batch_size: larger than the training split, got 1000 for 87 images\. Take 87 or less\."
    ):
        execute(tiny("batch_size=1000"))
    assert not (tmp_path / "outputs").exists()


def test_patience_ends_training_early(capsys):
    outcome = execute(tiny("epochs=50", "patience=1", "optimizer.lr=1e-12"))
    assert outcome.summary["epochs_trained"] < 50
    assert outcome.summary["stop_reason"] == "no better validation accuracy for an epoch (patience)"
    assert "stopped after epoch 2: no better validation accuracy for an epoch (patience)" in capsys.readouterr().out


def test_training_without_validation_takes_the_last_epoch():
    outcome = execute(tiny("dataset.val_fraction=0"))
    assert (outcome.summary["best_epoch"], outcome.summary["selected_by"]) == (2, "last epoch")
    assert outcome.summary["val"] is None


def test_zero_epochs_only_evaluate():
    outcome = execute(tiny("epochs=0"))
    assert (outcome.summary["best_epoch"], outcome.summary["selected_by"]) == (0, "no training")
    assert outcome.summary["train"] is None
    assert 0 <= outcome.summary["test"]["accuracy"] <= 1


def test_training_split_is_measured_with_the_selected_weights_on_request():
    summary = execute(tiny("evaluate_train=true")).summary
    assert summary["train"]["measured"] == "selected weights"


def test_watched_test_curve_is_recorded_and_selects_nothing():
    watched, plain = execute(tiny("watch_test=true")), execute(tiny())
    assert all(row["test_accuracy"] for row in watched.folder.read_rows("metrics.csv"))
    torch.testing.assert_close(weights(watched.folder), weights(plain.folder), rtol=0, atol=0)


def test_test_split_is_read_only_after_training(monkeypatch):
    order = []
    in_order = Batches.in_order
    monkeypatch.setattr(Batches, "in_order", lambda self: order.append(self.num_images) or in_order(self))
    monkeypatch.setattr(Selection, "update", lambda self, *a, **k: order.append("selected") or True)
    execute(tiny("epochs=2"))
    assert order == [9, "selected", 9, "selected", 9, 24]  # 9 validation images, 24 test images


def test_seeds_pair_arms(monkeypatch):
    """Whatever the arm: equal seeds see the same images in the same order, with the same augmentation."""
    seen = []

    def spy(self, epoch, **options):
        for images, targets in epoch_of(self, epoch, **options):
            seen[-1].append((images.double().sum().item(), targets.tolist()))
            yield images, targets

    epoch_of = Batches.epoch
    monkeypatch.setattr(Batches, "epoch", spy)
    for arm in (["optimizer=adam"], ["optimizer=sgd", "activation=tanh", "normalization=none"], ["seed=1"]):
        seen.append([])
        execute(tiny("augmentation=flip_crop", *arm))
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_arms_share_initial_weights_in_modules_of_the_same_name():
    saved = [
        weights(execute(tiny("epochs=0", *arm)).folder)
        for arm in (["normalization=batch"], ["normalization=none", "activation=tanh"])
    ]
    shared = saved[0].keys() & saved[1].keys()
    assert "conv1.weight" in shared
    assert all(torch.equal(saved[0][key], saved[1][key]) for key in shared)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["model.width=1e9"], r"the model.*\. Make smaller: model\.width \(1e\+09\), dataset\.image_size \(8\)\.$"),
        (["dataset.num_images=1000000000000"], r"the images \(it takes [\d,.]+ GiB\)\. Make smaller: dataset\."),
    ],
)
def test_size_that_no_machine_holds_is_one_clear_message(tmp_path, options, message):
    with pytest.raises(RunError, match=f"^not enough memory for {message}"):
        execute(tiny(*options))
    assert not (tmp_path / "outputs").exists()


def test_training_without_memory_fails_with_what_to_make_smaller():
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
    message = r"^not enough memory for training \(it takes 2\.0 GiB\)\. Make smaller: batch_size \(16\), model\.width "
    with pytest.raises(RunError, match=message), stopped_after(1, error):
        execute(tiny())
    assert read_status(only_run())["error"].startswith("not enough memory for training")


def test_full_disk_is_one_clear_message(monkeypatch):
    def no_space(self, name, state):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RunFolder, "save_checkpoint", no_space)
    with pytest.raises(
        RunError,
        match=r"outputs/runs/.*: no space left on the disk\. Free some and repeat the command, without rerun=true;",
    ):
        execute(tiny())


def test_cache_that_cannot_be_written_is_one_clear_message(tmp_path):
    Path("elsewhere").write_text("a file in the way")
    for name in ("ant", "bee"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for i in range(3):
            Image.new("RGB", (8, 8)).save(tmp_path / "images" / name / f"{i}.png")
    data = ("dataset=image_folder", "dataset.root=images", "batch_size=2", "dataset.val_fraction=0")
    with pytest.raises(
        RunError, match=r"^elsewhere/cache: cannot be written \(Not a directory\)\. Work in a folder that"
    ):
        execute(load(composed(*data, "cache_dir=elsewhere/cache")))


def test_warm_up_of_a_compiled_model_is_told(monkeypatch, capsys):
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self: None)  # takes half a minute
    execute(tiny("compile=true"))
    assert re.search(r"^compiled in \d+\.\d s, the first step's time$", capsys.readouterr().out, re.MULTILINE)
