"""What a node does with an order."""

import dataclasses
import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from cnnlab.base.errors import Interrupted
from cnnlab.config.identity import run_id
from cnnlab.config.load import load
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.lock import held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs import job
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.cluster.home import home_here
from cnnlab.sweeps.cluster.orders import Kept, Order
from cnnlab.sweeps.cluster.shipping import pack_data, read_files
from cnnlab.sweeps.cluster.worker import carry_out, version
from tests.conftest import at_once, composed
from tests.sweeps.sweep_maker import ended

HOST = socket.gethostname()


@pytest.fixture
def home(in_empty_folder, monkeypatch):
    """Return a sweep's folder, which is gone when the test is over; a node works elsewhere in `node`."""
    monkeypatch.setattr(tempfile, "tempdir", str(in_empty_folder / "node"))
    (in_empty_folder / "node").mkdir()
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    with home_here() as home:
        yield home


@pytest.fixture(autouse=True)
def runs(swept):
    """Runs end at once."""


def order(home, *words, **more):
    plain = composed(*words)
    given = {"threads": 3, "num_sharing": 1, "version": version()} | more
    return Order(run_id(load(plain)), plain, words, home, **given)


def elsewhere(home):
    """Return the home of a sweep whose folder is not seen here."""
    return dataclasses.replace(home, desk=home.desk.with_name("gone"))


def fetched(monkeypatch, value):
    """Return what stands for a value in the store."""
    monkeypatch.setattr(Kept, "fetched", lambda self: self.reference)
    return Kept(value)


def test_run_of_a_shared_folder_stays_there(home):
    answer = carry_out(order(home, "seed=1"))
    assert (answer.host, answer.outcome, answer.files, answer.lacks) == (HOST, Outcome(0), None, None)
    assert next(RUNS.iterdir()).name == order(home, "seed=1").run_id
    assert os.environ["OMP_NUM_THREADS"] == "3"


def test_run_of_a_folder_that_is_not_seen_comes_along_and_leaves_nothing(home):
    task = order(elsewhere(home), "seed=1")
    answer = carry_out(task)
    assert answer.outcome == Outcome(0)
    assert {"config.yaml", "summary.json", "plots/curves.png"} <= answer.files.keys()
    assert not (task.home.folder / RUNS).exists()
    assert not (task.home.elsewhere / RUNS / task.run_id).exists()


def test_run_that_was_begun_goes_on_where_the_folder_is_not_seen(home, monkeypatch):
    seen = []

    def run(plain, *_, **__):
        folder = RunFolder(RUNS / run_id(load(plain)))
        seen.append(read_files(folder.path))
        raise Interrupted

    monkeypatch.setattr(job, "run", at_once(run))
    begun = {"checkpoints/last.pt": b"weights", "metrics.csv": b"epoch\n", "status.json": b"{}"}
    answer = carry_out(order(elsewhere(home), begun=fetched(monkeypatch, begun)))
    assert seen == [begun]
    assert (answer.outcome, answer.files) == (None, begun)


def test_run_at_which_another_process_is_is_left_to_it(home, monkeypatch):
    task = order(elsewhere(home))
    folder = RunFolder(task.home.elsewhere / RUNS / task.run_id)
    monkeypatch.setattr(job, "run", at_once(lambda *_, **__: held(RunFolder(RUNS / task.run_id)).__enter__()))
    with held(folder):
        folder.write_json("status.json", {})
        answer = carry_out(task)
    assert answer.outcome.is_busy
    assert answer.files is None


def test_node_of_another_version_is_told(home):
    answer = carry_out(order(home, version="cnnlab 9.9 (schema 99)"))
    problem = f"node {HOST} has {version()}, the sweep cnnlab 9.9 (schema 99). Install the same on both."
    assert answer.outcome == Outcome(1, problem)


@pytest.fixture
def flowers(in_empty_folder):
    """Return words of a data set that is not there, and its parcel."""
    folder = in_empty_folder / "flowers"
    folder.mkdir()
    (folder / "1.png").write_bytes(b"r")
    parcel = pack_data(folder, [], limit_gib=1)
    (folder / "1.png").unlink()
    folder.rmdir()
    return folder, parcel


def ordered_flowers(home, folder, **more):
    plain = composed("dataset=image_folder", f"dataset.root={folder}")
    return Order("run", plain, (), home, threads=1, num_sharing=1, version=version(), **more)


def test_node_without_the_data_says_so(home, flowers):
    answer = carry_out(ordered_flowers(home, flowers[0]))
    assert (answer.outcome, answer.lacks) == (None, str(flowers[0]))


def test_data_that_comes_along_is_put_where_the_run_looks_for_it(home, flowers, monkeypatch):
    folder, parcel = flowers
    monkeypatch.setattr(job, "run", at_once(lambda *_, **__: 0))
    assert carry_out(ordered_flowers(home, folder, parcel=fetched(monkeypatch, parcel))).outcome == Outcome(0)
    assert read_files(folder) == {"1.png": b"r"}


def test_data_that_cannot_be_written_there_is_told(home, flowers, monkeypatch):
    _, parcel = flowers
    Path("file").touch()
    folder = Path("file").absolute() / "flowers"
    answer = carry_out(ordered_flowers(home, folder, parcel=fetched(monkeypatch, parcel)))
    reason = f"cannot be written on node {HOST} (Not a directory). Put the data there."
    assert answer.outcome == Outcome(1, f"hydra.launcher.ship_data: '{folder}' {reason}")


def test_what_a_run_prints_goes_to_the_sweep_while_it_lasts(home, monkeypatch):
    said = []

    def run(plain, *_, **__):
        os.write(2, b"a word\n")
        said.append(home.said(task.run_id).read_text())
        ended(load(plain), "finished")
        return 0

    task = order(home)
    monkeypatch.setattr(job, "run", at_once(run))
    assert carry_out(task).outcome == Outcome(0)
    assert said == ["a word\n"]
    assert not home.said(task.run_id).exists()
    print("on", file=sys.stderr)
