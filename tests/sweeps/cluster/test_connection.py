"""The way to a cluster."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.cluster.connection import REQUIREMENT, Connection, RayOptions, ray_module
from tests.sweeps.cluster.fake_ray import FakeRay, keep_environment

_OOM = "RAY_task_oom_retries"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    keep_environment(monkeypatch)


def connected(monkeypatch, ray, **options):
    monkeypatch.setitem(sys.modules, "ray", ray)
    return Connection(RayOptions(address="auto", **options))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"num_cpus": 0}, "num_cpus: must be > 0, got 0."),
        ({"num_cpus": 1.5}, "num_cpus: must be a whole number where it is more than 1, got 1.5."),
        ({"num_gpus": -1}, "num_gpus: must be >= 0, got -1."),
        ({"num_gpus": 1.5}, "num_gpus: must be a whole number where it is more than 1, got 1.5."),
        ({"max_retries": -1}, "max_retries: must be >= 0, got -1."),
        ({"ship_limit_gib": 0}, "ship_limit_gib: must be > 0, got 0."),
    ],
)
def test_numbers_that_are_out_of_range_are_refused(options, problem):
    with pytest.raises(ConfigError, match=re.escape(f"hydra.launcher.{problem}")):
        RayOptions(**options)


@pytest.mark.parametrize(("num_cpus", "threads"), [(0.5, 1), (1, 1), (4, 4)])
def test_run_has_the_threads_of_its_cpus(num_cpus, threads):
    assert RayOptions(num_cpus=num_cpus).threads == threads


def test_without_ray_the_command_that_installs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    command = f"{sys.executable} -m pip install '{REQUIREMENT}'"
    with pytest.raises(ConfigError, match=re.escape(f"Install it: {command}")) as error:
        ray_module(RayOptions())
    assert str(error.value).startswith("hydra/launcher=ray: Ray is not installed (")


def test_extra_asks_for_the_same_ray():
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    assert f'ray = ["{REQUIREMENT}"]' in text.splitlines()


def test_cluster_that_is_not_there_is_told_with_what_to_do(monkeypatch):
    ray = FakeRay()
    monkeypatch.setattr(ray, "init", lambda **_: (_ for _ in ()).throw(ConnectionError("Could not find any.\n Ray.")))
    message = (
        "hydra.launcher.address: cannot reach a Ray cluster at 'auto': Could not find any. Ray. "
        "Start one (ray start --head), or leave the address out: then this machine is one."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        connected(monkeypatch, ray)
    assert ray.is_shut_down


def test_what_sigterm_means_stays(monkeypatch):
    """Ray would end the process with a code of its own, and the runs not at all."""
    ray = FakeRay()
    monkeypatch.setattr(ray, "init", lambda **_: signal.signal(signal.SIGTERM, signal.SIG_IGN))
    before = signal.getsignal(signal.SIGTERM)
    connected(monkeypatch, ray)
    assert signal.getsignal(signal.SIGTERM) is before


def test_environment_of_the_nodes_is_handed_over(monkeypatch):
    ray = FakeRay()
    connected(monkeypatch, ray, runtime_env={"pip": ["cnnlab"]})
    assert ray.started_with["runtime_env"] == {"pip": ["cnnlab"]}
    assert ray.started_with["address"] == "auto"


@pytest.mark.parametrize(
    ("options", "slots"),
    [
        ({}, [5, 4, 0]),
        ({"num_cpus": 0.5}, [10, 8, 0]),
        ({"num_cpus": 2}, [2, 2, 0]),
        ({"num_gpus": 0.5}, [4, 0, 0]),
        ({"num_gpus": 4}, [0, 0, 0]),
    ],
)
def test_slots_are_counted_node_by_node_among_those_that_are_there(monkeypatch, options, slots):
    nodes = {"CPU": 5.0, "GPU": 2.0}, {"CPU": 4.0}, {"memory": 1.0}
    assert connected(monkeypatch, FakeRay(*nodes), **options).slots() == slots


def test_what_takes_too_much_memory_is_not_tried_without_end(monkeypatch):
    connected(monkeypatch, FakeRay(), max_retries=2)
    assert os.environ.get(_OOM) == "2"
    assert "RAY_AUTH_TOKEN" not in os.environ  # of a cluster that others have started
