"""Which way of carrying out a sweep is taken, by what its runs would take."""

import dataclasses

import pytest

from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.workers import Workers
from cnnlab.runs.cost import Cost
from cnnlab.sweeps.choosing import Machine, choose, threads_of
from tests.conftest import tiny

pytestmark = pytest.mark.usefixtures("in_empty_folder")
GIB = 2**30
EIGHT = Machine(num_cores=8, threads=8, num_gpus=0, free_bytes=16 * GIB, run_bytes=lambda: GIB)


def costs_of(seconds, *, features=0.0):
    """Return what measures runs: seconds by threads, None being all."""

    def costs(configs):
        first, *others = [seconds[config.threads] for config in configs]
        of_others = [Cost(own, 1) for own in others]
        return [Cost(first + features, 1, features_seconds=features), *of_others]

    return costs


def chosen(num_runs, seconds, *, before=None, machine=EIGHT, words=(), features=0.0):
    runs = [tiny(*words, f"seed={seed}") for seed in range(num_runs)]
    return choose(runs, threads_before=before, machine=machine, costs=costs_of(seconds, features=features))


def test_small_networks_go_side_by_side_with_a_thread_each():
    choice = chosen(16, {None: 10.0, 1: 15.0})
    assert choice.workers == Workers(8, threads=1)
    assert choice.line == "workers  8 at a time, 1 thread each: about 4.7x as fast"  # 160 s against 30 + 4


def test_no_more_is_promised_than_there_are_workers():
    assert chosen(4, {None: 90.0, 2: 10.0}).line == "workers  4 at a time, 2 threads each: about 4.0x as fast"


def test_few_runs_share_all_cores():
    assert chosen(3, {None: 30.0, 2: 31.0}).workers == Workers(3, threads=2)


def test_no_more_threads_are_taken_than_are_granted():
    machine = dataclasses.replace(EIGHT, threads=1)
    assert chosen(2, {None: 30.0, 1: 31.0}, machine=machine).workers == Workers(2, threads=1)


@pytest.mark.parametrize(
    ("num_runs", "seconds", "free"),
    [
        (1, {}, 16 * GIB),  # nothing to go beside
        (10, {None: 0.9}, 16 * GIB),  # over before workers have begun
        (8, {None: 10.0, 1: 79.0}, 16 * GIB),  # one run uses all cores as well
        (8, {None: 10.0, 1: 10.0}, GIB),  # no memory for two
    ],
)
def test_runs_follow_each_other_where_that_is_as_good(num_runs, seconds, free):
    choice = chosen(num_runs, seconds, machine=dataclasses.replace(EIGHT, free_bytes=free))
    assert (choice.workers, choice.line) == (Workers(), None)


def test_as_many_go_as_there_is_memory_for():
    machine = dataclasses.replace(EIGHT, free_bytes=5 * GIB)
    assert chosen(8, {None: 10.0, 2: 11.0}, machine=machine).workers == Workers(4, threads=2)


def test_features_that_all_wait_for_are_no_gain():
    assert chosen(4, {None: 1.0, 2: 1.0}, features=100.0).workers == Workers()


def test_threads_of_runs_that_are_there_are_kept():
    assert chosen(16, {4: 10.0}, before=4).workers == Workers(2, threads=4)
    choice = chosen(16, {8: 10.0}, before=8)
    assert choice.workers == Workers(threads=8)
    assert choice.line == "workers  one after the other, 8 threads each: as the runs that are there"


def test_threads_that_are_typed_win():
    assert chosen(16, {2: 10.0}, before=4, words=["threads=2"]).workers == Workers(4, threads=None)


def test_runs_that_are_to_be_timed_go_alone():
    choice = chosen(16, {}, words=["timing=alone"])
    assert (choice.workers, choice.line) == (Workers(), "workers  one after the other: timing=alone")


def test_each_gpu_has_a_process_and_one_has_none():
    two = dataclasses.replace(EIGHT, num_gpus=2)
    choice = chosen(16, {}, machine=two, words=["device=auto"])
    assert (choice.workers, choice.line) == (Workers(2, gpus=(0, 1)), "workers  2 at a time: one on each of 2 GPUs")
    assert chosen(16, {}, machine=two, words=["device=cuda:1"]).workers == Workers()
    one = dataclasses.replace(EIGHT, num_gpus=1)
    assert chosen(16, {}, machine=one, words=["device=auto"]).workers == Workers()
    assert chosen(16, {None: 10.0, 1: 10.0}, machine=two).workers == Workers(8, threads=1)  # device=cpu


def test_threads_are_those_of_the_first_run_on_a_cpu(tmp_path):
    folders = [RunFolder(tmp_path / name) for name in ("new", "gpu", "cpu")]
    folders[1].write_environment({"device": "cuda", "threads": 16})
    assert threads_of(folders) is None
    folders[2].write_environment({"device": "cpu", "threads": 2})
    assert threads_of(folders) == 2
