"""A cluster of this machine."""

import subprocess
import sys
import time

import pytest
from filelock import FileLock

from cnnlab.base.errors import ConfigError
from cnnlab.sweeps.cluster.local_cluster import LocalCluster

# What stands in for Ray, for the process that starts it.
RAY = """
import sys
import time
class Context:
    address_info = {"address": "127.0.0.1:1"}
def init(**options):
    print("a word of Ray's")
    if options["num_cpus"] == 13:
        raise RuntimeError("the raylet did not start")
    if options["num_cpus"] == 14:
        import __main__, filelock
        __main__._AT_MOST = 0.5
        with filelock.FileLock("HELD"):
            open("BEGUN", "w")
            time.sleep(100)
    return Context()
def shutdown():
    open("ENDED", "w")
"""


@pytest.fixture(autouse=True)
def _other_ray(in_empty_folder, monkeypatch):
    (in_empty_folder / "ray.py").write_text(RAY)
    monkeypatch.setenv("PYTHONPATH", f"{in_empty_folder}:{':'.join(sys.path)}")


def test_cluster_says_where_it_is_and_ends_when_it_is_closed(in_empty_folder):
    cluster = LocalCluster(num_cpus=2)
    assert cluster.address == "127.0.0.1:1"
    assert not (in_empty_folder / "ENDED").exists()
    cluster.close()
    assert (in_empty_folder / "ENDED").exists()


def test_cluster_that_cannot_start_says_why():
    reason = "hydra/launcher=ray: no cluster can be started on this machine: RuntimeError: the raylet did not start"
    with pytest.raises(ConfigError, match=f"^{reason}$"):
        LocalCluster(num_cpus=13)


def test_cluster_ends_with_a_sweep_that_is_killed(in_empty_folder):
    code = f"import os, {LocalCluster.__module__} as it; it.LocalCluster(num_cpus=2); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code], timeout=60)
    assert appears(in_empty_folder / "ENDED")


def test_cluster_that_has_not_yet_begun_ends_with_a_sweep_that_is_killed(in_empty_folder):
    code = f"import {LocalCluster.__module__} as it; it.LocalCluster(num_cpus=14)"
    sweep = subprocess.Popen([sys.executable, "-c", code])
    assert appears(in_empty_folder / "BEGUN")
    sweep.kill()
    sweep.wait()
    lock = FileLock(in_empty_folder / "HELD")
    lock.acquire(timeout=30)  # ends with the process that holds it
    assert lock.is_locked


def appears(path):
    """Tell whether a file is there within a minute."""
    until = time.monotonic() + 60
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.1)
    return path.exists()
