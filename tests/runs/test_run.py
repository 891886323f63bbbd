import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.turns import finish
from cnnlab.config.load import load
from cnnlab.config.run_config import to_plain
from cnnlab.data.batches import Batches
from cnnlab.outputs.lock import held
from cnnlab.outputs.run_folder import SCHEMA, RunFolder
from cnnlab.outputs.status import read_status, write_status
from cnnlab.runs import job as train
from cnnlab.runs.run import execute
from cnnlab.runs.run_context import RunContext
from tests.conftest import composed, interrupted_after, stopped_after, tiny
from tests.runs.trained import equal_results, metrics_without_times, only_run, weights

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_run_leaves_exactly_these_files():
    finish(train.run(to_plain(tiny("plots=true")), ["epochs=2"], context=RunContext()))
    folder = only_run()
    assert sorted(str(path.relative_to(folder.path)) for path in folder.path.rglob("*") if path.is_file()) == [
        ".lock", "checkpoints/best.pt", "config.yaml", "env.json", "first_batch.npz", "gradients.csv", "metrics.csv",
        "mistakes.npz", "overrides.txt", "plots/batch.png", "plots/confusion.png",
        "plots/curves.png", "plots/gradients.png", "plots/mistakes.png",
        "plots/per_class.png", "plots/roc.png", "predictions.csv", "report.html", "status.json", "summary.json",
        "train.log",
    ]  # fmt: skip


def test_same_command_trains_once(monkeypatch):
    first = execute(tiny())
    monkeypatch.setattr("cnnlab.training.learning.training", None)  # would fail
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


@pytest.mark.parametrize(
    "own",
    [("ema=0.9", "grad_clip_norm=0.1"), ("lookahead=3", "progressive_freezing=0.3", "progressive_size=0.5",
     "model=resnet18", "batch_size=16", "dataset.image_size=32")],
)  # fmt: skip
def test_interrupted_run_with_an_average_ends_bit_identical(own):
    options = ("epochs=3", "checkpoint_seconds=0", *own)
    with interrupted_after(2):
        execute(tiny(*options))
    resumed = RunFolder(execute(tiny(*options)).folder.path.rename("resumed"))
    assert equal_results(resumed, execute(tiny(*options)).folder)


def test_moving_average_of_a_short_run_does_not_end_at_chance():
    options = ("dataset=digits", "normalization=batch", "epochs=5", "ema=0.999")  # 100 steps
    summary = execute(load(composed("model.width=0.3", "device=cpu", "plots=false", *options))).summary
    assert summary["test"]["accuracy"] > 0.5


def test_images_that_were_edited_in_place_are_another_run(tmp_path):
    for number, name in enumerate("ab" * 8):
        (tmp_path / "root" / name).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), 10 * number).save(tmp_path / "root" / name / f"{number}.bmp")
    typed = ("dataset=image_folder", "dataset.root=root", "model.width=0.05", "epochs=1", "batch_size=4", "plots=false")
    config = load(composed(*typed, "device=cpu"))
    first = execute(config)
    Image.new("RGB", (8, 8), 255).save(tmp_path / "root" / "a" / "0.bmp")
    assert execute(config).is_new
    Image.new("RGB", (8, 8), 0).save(tmp_path / "root" / "a" / "0.bmp")
    again = execute(config)
    assert (again.is_new, again.folder.run_id) == (False, first.folder.run_id)


def test_hashes_that_cannot_be_kept_are_said_in_one_line(tmp_path, capsys):
    for number, name in enumerate("ab" * 8):
        (tmp_path / "root" / name).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), 10 * number).save(tmp_path / "root" / name / f"{number}.bmp")
    typed = ("dataset=image_folder", "dataset.root=root", "model.width=0.05", "epochs=1", "batch_size=4", "plots=false")
    (tmp_path / "cache" / "cnnlab").mkdir(parents=True)
    (tmp_path / "cache" / "cnnlab" / "hashes").touch()
    execute(load(composed(*typed, "device=cpu")))
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note")]
    assert len(lines) == 1
    assert "hashes' cannot be written (File exists), so all images are read each time to name a run." in lines[0]


def test_data_in_the_working_folder_stays_the_same_whatever_is_written_beside_it(tmp_path):
    for number, name in enumerate("ab" * 8):
        (tmp_path / name).mkdir(exist_ok=True)
        Image.new("RGB", (8, 8), 10 * number).save(tmp_path / name / f"{number}.png")
    typed = ("dataset=image_folder", "dataset.root=.", "model.width=0.05", "epochs=1", "batch_size=4", "device=cpu")
    first = finish(train.run(composed(*typed), [], context=RunContext()))
    before = only_run().run_id
    assert (first, finish(train.run(composed(*typed), [], context=RunContext()))) == (0, 0)
    assert only_run().run_id == before
    assert only_run().read_json("summary.json")["classes"] == ["a", "b"]
    assert f"data     image_folder {tmp_path.name}: 10 train" in (only_run().path / "train.log").read_text()


def test_folder_that_is_no_data_set_leaves_nothing(tmp_path):
    (tmp_path / "a").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "a" / "1.png")
    with pytest.raises(ConfigError, match=r"^dataset\.root: one class only, 'a'\."):
        execute(load(composed("dataset=image_folder", "dataset.root=.")))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_number_of_the_schema_is_written_down():
    folder = execute(tiny("epochs=0")).folder
    assert folder.read_environment()["schema"] == SCHEMA == folder.schema


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


def test_killed_run_goes_on_and_ends_bit_identical(tmp_path):
    """SIGKILL at a moment when two checkpoints are written, in a process of its own."""
    small = ("dataset.per_class=40", "model.width=0.05", "plots=false", "threads=1")
    options = ("epochs=20", "checkpoint_seconds=0", *small)
    command = [sys.executable, "-m", "cnnlab", "train", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any(len(path.read_text().splitlines()) > 3 for path in tmp_path.glob("outputs/runs/*/metrics.csv")):
        assert time.monotonic() < deadline, "the run wrote no metrics"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    config = load(composed(*options))
    killed = RunFolder(execute(config).folder.path.rename("killed"))
    execute(config)
    assert "resumed  after epoch" in killed.log.read_text()
    assert equal_results(killed, only_run())


def test_run_that_another_process_holds_is_left_alone():
    config = tiny()
    folder = execute(config).folder
    write_status(folder, "running")
    with (
        held(folder),
        pytest.raises(RunError, match=rf"is being trained by process {os.getpid()} on .*Nothing was done"),
    ):
        execute(config)


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


def test_batch_larger_than_the_data_set_is_refused_where_it_was_typed_and_nothing_written(tmp_path):
    with pytest.raises(
        ConfigError, match=r"batch_size: larger than the training split, got 1000 for 87 images\. Take 87 or less\."
    ):
        execute(tiny("batch_size=1000"), overrides=["batch_size=1000"])
    assert not (tmp_path / "outputs").exists()


def test_default_batch_is_the_training_split_where_that_is_smaller(capsys):
    whole = metrics_without_times(execute(tiny("batch_size=87"), overrides=["batch_size=87"]).folder)
    assert metrics_without_times(execute(tiny("batch_size=1000")).folder) == whole
    assert "batch 87, the whole training split, seed 0" in capsys.readouterr().out


def test_selected_weights_take_no_more_room_than_the_weights():
    folder = execute(tiny("epochs=1", "model.width=1")).folder
    num_bytes = sum(value.numel() * value.element_size() for value in weights(folder).values())
    assert num_bytes <= (folder.path / "checkpoints" / "best.pt").stat().st_size < num_bytes + 50_000


def test_seeds_pair_arms(monkeypatch):
    """Whatever the arm: equal seeds see the same images in the same order, with the same augmentation."""
    seen = []

    def spy(self, epoch, **options):
        for piece in epoch_of(self, epoch, **options):
            seen[-1].append((piece.images.double().sum().item(), piece.targets.tolist()))
            yield piece

    epoch_of = Batches.epoch
    monkeypatch.setattr(Batches, "epoch", spy)
    for arm in (["optimizer=adam"], ["optimizer=sgd", "activation=tanh", "normalization=none"], ["seed=1"]):
        seen.append([])
        execute(tiny("augmentation=flip_crop", *arm))
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


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


def test_cache_that_cannot_be_written_is_one_clear_message(tmp_path):
    Path("elsewhere").write_text("a file in the way")
    for name in ("ant", "bee"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for i in range(3):
            Image.new("RGB", (8, 8)).save(tmp_path / "images" / name / f"{i}.png")
    data = ("dataset=image_folder", "dataset.root=images", "batch_size=2", "dataset.val_fraction=0")
    with pytest.raises(
        RunError, match=r"^elsewhere/cache: cannot be written \(Not a directory\)\. Work in a writable folder"
    ):
        execute(load(composed(*data, "cache_dir=elsewhere/cache")))


def test_training_again_names_the_damaged_summary():
    finished = execute(tiny("epochs=1")).folder
    (finished.path / "summary.json").write_text("{}")
    with pytest.raises(RunError, match=r"summary\.json: best_epoch must be a number, got None"):
        execute(tiny("epochs=1"))
    assert execute(tiny("epochs=1", "rerun=true")).status == "finished"
