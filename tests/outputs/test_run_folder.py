import os
import re
import resource

import pytest
import torch

from cnnlab.base.errors import RunError
from cnnlab.outputs.files import GRADIENTS_COLUMNS, METRICS_COLUMNS, write_text
from cnnlab.outputs.run_folder import RunFolder


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path / "run")


def row(epoch):
    return dict.fromkeys(METRICS_COLUMNS) | {"epoch": epoch, "train_loss": 0.1 + 0.2, "val_loss": float("nan")}


def test_rows_are_appended_under_one_header_with_exact_numbers(folder):
    folder.append_rows("metrics.csv", METRICS_COLUMNS, [row(1)])
    folder.append_rows("metrics.csv", METRICS_COLUMNS, [row(2)])
    header, first, _ = (folder.path / "metrics.csv").read_text().splitlines()
    assert header == ",".join(METRICS_COLUMNS)
    assert first == "1,,0.30000000000000004,,nan,,,,,,"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("config.yaml", RunFolder.read_config),
        ("metrics.csv", RunFolder.read_metrics),
        ("checkpoints/best.pt", lambda folder: folder.load_checkpoint("best.pt")),
    ],
)
def test_pipe_in_place_of_a_file_is_not_waited_for(folder, name, read):
    folder.checkpoints.mkdir(parents=True)
    os.mkfifo(folder.path / name)
    with pytest.raises(RunError, match=rf"{name}: (cannot be read|is damaged)"):
        read(folder)


def test_device_in_place_of_a_file_is_none(folder):
    folder.path.mkdir()
    (folder.path / "env.json").symlink_to("/dev/zero")
    (folder.path / "overrides.txt").symlink_to("/dev/zero")
    assert (folder.read_environment(), folder.read_overrides()) == ({}, [])


def test_append_that_fails_leaves_the_file_as_it_was(folder):
    folder.append_rows("metrics.csv", METRICS_COLUMNS, [row(1)])
    before = (folder.path / "metrics.csv").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 5, limits[1]))  # a disk with room for 5 bytes
    try:
        with pytest.raises(OSError, match="only a part could be written"):
            folder.append_rows("metrics.csv", METRICS_COLUMNS, [row(2)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (folder.path / "metrics.csv").read_bytes() == before


def test_rows_past_a_checkpoint_are_dropped(folder):
    write_epochs(folder, 3)
    folder.drop_epochs_after(2)
    assert [each["epoch"] for each in folder.read_rows("metrics.csv")] == ["1", "2"]
    assert [each["epoch"] for each in folder.read_rows("gradients.csv")] == ["1", "1", "2", "2"]


def write_epochs(folder, num_epochs):
    for epoch in range(1, num_epochs + 1):
        folder.append_rows("metrics.csv", METRICS_COLUMNS, [row(epoch)])
        layers = [{"epoch": epoch, "layer": layer, "mean_abs": 1.0, "max_abs": 2.0} for layer in ("conv", "fc")]
        folder.append_rows("gradients.csv", GRADIENTS_COLUMNS, layers)


@pytest.mark.parametrize(
    ("name", "lines", "missing"),
    [
        ("metrics.csv", [0, 1, 3], "2, 4 to 5"),
        ("metrics.csv", [], "1 to 5"),
        ("metrics.csv", None, "1 to 5"),
        ("gradients.csv", [0, 1, 2, 3, 4, 5, 6, 7], "4 to 5"),
        ("gradients.csv", None, "1 to 5"),
    ],
)
def test_rows_that_are_missing_up_to_a_checkpoint_are_named_and_nothing_is_changed(folder, name, lines, missing):
    write_epochs(folder, 6)
    path = folder.path / name
    text = path.read_text().splitlines(keepends=True)
    path.unlink()
    if lines is not None:
        path.write_text("".join(text[line] for line in lines))
    before = {each.name: each.read_text() for each in folder.path.glob("*.csv")}
    message = (
        rf"{name}: rows of epoch {missing} are missing, the checkpoint was taken after epoch 5\. Put the file back,"
    )
    with pytest.raises(RunError, match=message):
        folder.drop_epochs_after(5)
    assert {each.name: each.read_text() for each in folder.path.glob("*.csv")} == before


def test_epoch_goes_to_both_files(folder):
    folder.append_epoch(row(1), [{"epoch": 1, "layer": "fc", "mean_abs": 1.0, "max_abs": 2.0}])
    folder.append_epoch(row(2), [])
    assert [each["epoch"] for each in folder.read_metrics()] == ["1", "2"]
    assert [each["layer"] for each in folder.read_rows("gradients.csv")] == ["fc"]


def test_log_has_the_time_before_each_line(folder):
    folder.path.mkdir()
    for text in ("hello", "größe"):
        folder.append_log(text)
    lines = folder.log.read_text(encoding="utf-8").splitlines()
    assert [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ", "", line) for line in lines] == ["hello", "größe"]


def test_overrides_that_are_gone_are_none(folder):
    folder.write_config({}, ["epochs=3", "seed=1"])
    assert folder.read_overrides() == ["epochs=3", "seed=1"]
    (folder.path / "overrides.txt").unlink()
    assert folder.read_overrides() == []


def test_checkpoint_returns_tensors_and_plain_values(folder):
    folder.save_checkpoint("last.pt", {"epoch": 3, "model": {"w": torch.ones(2)}})
    checkpoint = folder.load_checkpoint("last.pt")
    assert checkpoint["epoch"] == 3
    assert torch.equal(checkpoint["model"]["w"], torch.ones(2))
    folder.delete_checkpoint("last.pt")
    assert folder.load_checkpoint("last.pt") is None


def test_checkpoint_for_which_there_is_no_room_says_so_and_leaves_the_old_one(folder):
    folder.save_checkpoint("last.pt", {"epoch": 3})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"\[Errno 27\] File too large$"):
            folder.save_checkpoint("last.pt", {"epoch": 4, "model": torch.zeros(300_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert folder.load_checkpoint("last.pt") == {"epoch": 3}
    assert [path.name for path in folder.checkpoints.iterdir()] == ["last.pt"]


def test_checkpoint_with_code_in_it_is_refused(folder, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "exploded"), "w"))

    folder.checkpoints.mkdir(parents=True)
    torch.save({"model": Bomb()}, folder.checkpoints / "last.pt")
    with pytest.raises(RunError, match=r"last\.pt: is damaged, or holds more than tensors and plain values; it was"):
        folder.load_checkpoint("last.pt")
    assert not (tmp_path / "exploded").exists()


def test_configuration_and_overrides_are_read_back(folder):
    folder.write_config({"seed": 1, "optimizer": {"name": "adam", "lr": 0.001}}, ["seed=1", "study=größe"])
    assert folder.read_config() == {"seed": 1, "optimizer": {"name": "adam", "lr": 0.001}}
    assert folder.read_overrides() == ["seed=1", "study=größe"]


def test_configuration_with_code_in_it_is_refused(folder):
    write_text(folder.path / "config.yaml", "seed: !!python/object/apply:os.getcwd []")
    with pytest.raises(RunError, match=r"config\.yaml: cannot be read: could not determine a constructor"):
        folder.read_config()


def test_a_sign_of_aliases_in_a_text_is_none(folder):
    folder.write_config({"arm": "a & *b"}, [])
    assert folder.read_config() == {"arm": "a & *b"}


def test_clearing_removes_what_an_earlier_training_left(folder):
    write_text(folder.path / "plots" / "curves.png", "")
    write_text(folder.path / "metrics.csv", "")
    write_text(folder.path / ".lock", "")
    folder.save_checkpoint("best.pt", {})
    folder.clear()
    assert sorted(p.name for p in folder.path.rglob("*") if p.is_file()) == [".lock"]


@pytest.mark.parametrize("content", [b"", b"no checkpoint at all", None])
def test_damaged_checkpoint_is_told_in_one_message(folder, content):
    folder.save_checkpoint("last.pt", {"model": {"w": torch.ones(100)}})
    path = folder.checkpoints / "last.pt"
    path.write_bytes(path.read_bytes()[:200] if content is None else content)
    with pytest.raises(
        RunError, match=r"last\.pt: is damaged, or .*; it was not opened\. Put it back, or train the run anew: "
    ):
        folder.load_checkpoint("last.pt")


NESTED_ALIASES = "a0: &a0 [x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)  # 600 bytes that stand for 9**11 values


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", r"it is empty"),
        ("a: [1", r"while parsing a flow sequence"),
        ("just text", r"it holds no keys and values"),
        (NESTED_ALIASES, r"it holds aliases, and cnnlab writes none"),
        (None, r"\[Errno 2\] No such file or directory: "),
    ],
)
def test_damaged_configuration_is_told_in_one_message(folder, text, reason):
    if text is not None:
        write_text(folder.path / "config.yaml", text)
    with pytest.raises(
        RunError, match=rf"config\.yaml: cannot be read: {reason}.*\. Put it back, or train the run anew: "
    ):
        folder.read_config()
