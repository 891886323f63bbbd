"""Runs on a cluster, as far as that is a matter of this side."""

import dataclasses
import sys
import tempfile
from pathlib import Path

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.base.hashing import FileHashes
from cnnlab.outputs.files import OUTPUTS, RUNS
from cnnlab.outputs.lock import held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.cluster import ray_cluster
from cnnlab.sweeps.cluster.connection import Connection, RayOptions
from cnnlab.sweeps.cluster.home import Home
from cnnlab.sweeps.cluster.orders import Answer
from cnnlab.sweeps.cluster.ray_cluster import RayCluster
from tests.conftest import composed
from tests.sweeps.cluster.fake_ray import FakeRay, WorkerCrashedError, keep_environment

pytestmark = pytest.mark.usefixtures("swept")


@pytest.fixture(autouse=True)
def _node(tmp_path, monkeypatch):
    (tmp_path / "node").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "node"))
    keep_environment(monkeypatch)


@pytest.fixture
def _unseen(monkeypatch):
    """Let nodes not see outputs/."""
    monkeypatch.setattr(Home, "is_here", lambda _: False)


def cluster(monkeypatch, ray, **options):
    monkeypatch.setitem(sys.modules, "ray", ray)
    return RayCluster(RayOptions(**{"address": "auto"} | options), FileHashes())


def run(monkeypatch, ray, seeds, *words, **options):
    """Return how runs of some seeds end."""
    plain = composed(*words)
    return cluster(monkeypatch, ray, **options).run(seeds, lambda seed: (plain | {"seed": seed}, ()))


def test_outcomes_are_taken_as_they_come_and_returned_in_order(monkeypatch):
    """Of what is out, this Ray ends the last first."""

    def carried_out(_, order):
        return Answer("n", Outcome(1, str(order.plain["seed"])))

    outcomes = run(monkeypatch, FakeRay(carried_out=carried_out), [3, 1, 2])
    assert [outcome.reason for outcome in outcomes] == ["3", "1", "2"]


def test_orders_go_out_as_there_is_room(monkeypatch):
    ray = FakeRay({"CPU": 20.0}, carried_out=lambda *_: Answer("n", Outcome(0)))
    run(monkeypatch, ray, [0] * 50)
    assert (len(ray.orders), ray.most_out) == (50, 40)


def test_what_a_run_wants_is_asked_of_ray(monkeypatch):
    ray = FakeRay({"CPU": 4.0, "GPU": 1.0}, carried_out=lambda *_: Answer("n", Outcome(0)))
    run(monkeypatch, ray, [0], num_cpus=2, num_gpus=0.5, max_retries=7)
    (order,) = ray.orders
    assert ray.options == {"num_cpus": 2, "num_gpus": 0.5, "max_retries": 7}
    assert ray.names == [order.run_id]
    assert order.threads == 2


@pytest.mark.parametrize(
    ("typed", "num_gpus", "device"), [("auto", 0, "cpu"), ("auto", 1, "cuda"), ("cuda:1", 0, "cuda:1")]
)
def test_run_takes_no_gpu_that_it_was_not_given_nor_the_cpu_in_silence(monkeypatch, typed, num_gpus, device):
    ray = FakeRay({"CPU": 1.0, "GPU": 1.0}, carried_out=lambda *_: Answer("n", Outcome(0)))
    run(monkeypatch, ray, [0], f"device={typed}", num_gpus=num_gpus)
    assert ray.orders[0].plain["device"] == device


def test_paths_travel_whole(monkeypatch):
    ray = FakeRay(carried_out=lambda *_: Answer("n", Outcome(0)))
    run(monkeypatch, ray, [0], "data_dir=mine")
    assert ray.orders[0].plain["data_dir"] == str(Path("mine").absolute())


def test_runs_end_in_a_shared_folder(monkeypatch, capsys):
    assert run(monkeypatch, FakeRay(), [0, 1]) == [Outcome(0)] * 2
    assert len(list(RUNS.iterdir())) == 2
    assert capsys.readouterr().out == "cluster  1 node, 2 CPUs: 2 at a time, 1 thread each\n"
    assert [path.name for path in OUTPUTS.iterdir()] == ["runs"]


@pytest.mark.usefixtures("_unseen")
def test_runs_of_nodes_without_the_folder_are_sent_here_which_is_said_once(monkeypatch, capsys):
    assert run(monkeypatch, FakeRay({"CPU": 4.0}, {"CPU": 4.0, "GPU": 2.0}), [0, 1], num_cpus=2) == [Outcome(0)] * 2
    assert len(list(RUNS.glob("*/plots/curves.png"))) == 2
    first, second = capsys.readouterr().out.splitlines()
    assert first == "cluster  2 nodes, 8 CPUs, 2 GPUs: 4 at a time, 2 threads each"
    assert second.startswith("cluster  node ")
    assert second.endswith(" does not see outputs/ of this machine; its runs are sent here")


def begun(seed):
    """Leave a run that was stopped; return its folder."""
    ray = FakeRay(carried_out=lambda *_: Answer("n", Outcome(0)))
    with pytest.MonkeyPatch.context() as patch:
        run(patch, ray, [seed])
    folder = RunFolder(RUNS / ray.orders[0].run_id)
    folder.checkpoints.mkdir(parents=True)
    (folder.checkpoints / "last.pt").write_bytes(b"weights")
    return folder


@pytest.mark.parametrize(("words", "expected"), [((), {"checkpoints/last.pt": b"weights"}), (("rerun=true",), None)])
def test_what_is_done_of_a_run_can_be_fetched_by_the_node(monkeypatch, words, expected):
    begun(0)
    ray = FakeRay(carried_out=lambda *_: Answer("n", Outcome(0)))
    run(monkeypatch, ray, [0, 1], *words)
    first, second = ray.orders
    assert (None if first.begun is None else first.begun.fetched()) == expected
    assert second.begun is None


def test_run_that_was_finished_here_meanwhile_is_kept(monkeypatch):
    folder = begun(0)
    folder.write_json("status.json", {"status": "finished"})
    ray = FakeRay(carried_out=lambda *_: Answer("n", Outcome(0), files={"status.json": b"{}"}))
    run(monkeypatch, ray, [0])
    assert standing(folder) == "finished"


def test_run_that_another_process_trains_here_is_busy(monkeypatch):
    folder = begun(0)
    ray = FakeRay(carried_out=lambda *_: Answer("n", Outcome(0), files={"status.json": b"{}"}))
    with held(folder):
        (outcome,) = run(monkeypatch, ray, [0])
    assert outcome.is_busy


def test_run_whose_worker_died_fails_alone_with_what_it_had_printed(monkeypatch):
    def carried_out(_, order):
        if order.plain["seed"] == 0:
            order.home.said(order.run_id).write_text("Fatal Python error: Segmentation fault\n")
            raise WorkerCrashedError("The worker died unexpectedly.")
        return Answer("n", Outcome(0))

    died, fine = run(monkeypatch, FakeRay(carried_out=carried_out), [0, 1])
    assert fine == Outcome(0)
    assert died.reason.startswith("its worker or its node died")
    assert died.traceback == "Fatal Python error: Segmentation fault\nThe worker died unexpectedly."


def test_run_that_its_node_stops_is_tried_again_with_what_is_done(monkeypatch):
    done = {"checkpoints/last.pt": b"weights", "status.json": b"{}"}
    ray = FakeRay(carried_out=lambda *_: Answer("n3", None, files=done))
    (outcome,) = run(monkeypatch, ray, [0], max_retries=1)
    first, second = ray.orders
    assert (first.begun, second.begun.fetched()) == (None, done)
    assert outcome == Outcome(1, "was stopped on node n3. Repeat the sweep to go on with it.")


def test_node_without_the_data_is_sent_it_and_tries_again(monkeypatch, tmp_path):
    def carried_out(_, order):
        return Answer("n", Outcome(0)) if order.parcel else Answer("n", None, lacks="images")

    images = tmp_path / "images"
    for name in ("cat", "dog"):
        (images / name).mkdir(parents=True)
        (images / name / "1.png").write_bytes(b"x")
    ray = FakeRay(carried_out=carried_out)
    words = ("dataset=image_folder", f"dataset.root={images}")
    assert run(monkeypatch, ray, [0, 1], *words, ship_data=True) == [Outcome(0)] * 2
    assert ray.orders[-1].parcel.fetched().data == {"cat/1.png": b"x", "dog/1.png": b"x"}


def test_ctrl_c_stops_the_runs_keeps_what_is_done_and_leaves_the_cluster(monkeypatch, capsys):
    def carried_out(_, order):
        if not ray.cancelled:
            raise KeyboardInterrupt
        return Answer("n", None, files={"status.json": b'{"status": "interrupted"}'})

    ray = FakeRay(carried_out=carried_out)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        run(monkeypatch, ray, [0, 1, 2])
    assert ray.cancelled == [False] * 3
    assert [standing(RunFolder(path)) for path in RUNS.iterdir()] == ["interrupted"] * 3
    assert capsys.readouterr().out.splitlines()[1] == (
        "stopping after the epochs that are running; press Ctrl-C again to stop at once"
    )
    assert not ray.is_shut_down


def test_second_ctrl_c_kills_the_runs(monkeypatch):
    def carried_out(*_):
        raise KeyboardInterrupt

    ray = FakeRay(carried_out=carried_out)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        run(monkeypatch, ray, [0, 1, 2])
    assert ray.cancelled == [False] * 3 + [True] * 3


def test_run_that_does_not_stop_is_killed(monkeypatch):
    ray = FakeRay(carried_out=lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(ray_cluster, "_GRACE", 0.0)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        run(monkeypatch, ray, [0, 1])
    assert ray.cancelled == [False] * 2 + [True] * 2


def test_cluster_that_has_not_what_a_run_wants_is_waited_for(monkeypatch, capsys):
    ray = FakeRay({"CPU": 2.0}, carried_out=lambda *_: Answer("n", Outcome(0)))
    run(monkeypatch, ray, [0], num_gpus=1)
    assert capsys.readouterr().out == (
        "note     cluster: a run wants 1 CPUs and 1 GPUs, and no node has that; the runs wait until one comes\n"
    )


def test_machine_that_has_not_what_a_run_wants_is_no_cluster_for_it(monkeypatch):
    class Local(Connection):
        def __init__(self, options):
            super().__init__(dataclasses.replace(options, address="auto"))

        is_local = True

    monkeypatch.setattr(ray_cluster, "Connection", Local)
    wrong = (
        r"^hydra\.launcher\.num_cpus, hydra\.launcher\.num_gpus: a run wants 3 CPUs, this machine has 2 CPUs\. "
        r"Ask for less\.$"
    )
    with pytest.raises(ConfigError, match=wrong):
        run(monkeypatch, FakeRay(), [0], num_cpus=3)


def test_connection_stays_for_more_runs_until_it_is_closed(monkeypatch):
    ray = FakeRay(carried_out=lambda *_: Answer("n", Outcome(0)))
    connected = cluster(monkeypatch, ray)
    for _ in range(2):
        connected.run([0], lambda _: (composed(), ()))
    assert not ray.is_shut_down
    connected.close()
    assert ray.is_shut_down
    connected.close()  # as after a sweep that never came to its launcher
