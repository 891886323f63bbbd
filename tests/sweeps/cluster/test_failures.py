"""What is said of runs whose order has no answer."""

import pytest

from cnnlab.sweeps.cluster.failures import failure

DIED = "its worker or its node died, and it {} (hydra.launcher.max_retries)."
TRIED = DIED.format("died 2 more times when it was tried again")


def rays(name, text, base=Exception):
    """Return an error as Ray has it: what it is shows in the names of its kinds."""
    return type(name, (base,), {})(text)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (
            "WorkerCrashedError",
            "The worker died unexpectedly",
            TRIED,
        ),
        ("NodeDiedError", "", TRIED),
        (
            "OutOfMemoryError",
            "Task was killed due to the node running low on memory.",
            "the memory of its node was full, and it died 2 more times when it was tried again "
            "(hydra.launcher.max_retries). Give each run more of a node: hydra.launcher.num_cpus",
        ),
        (
            "RuntimeEnvSetupError",
            "Failed to set up runtime environment.\nno such package: nosuch",
            "hydra.launcher.runtime_env: Ray cannot set it up: no such package: nosuch",
        ),
        ("TaskCancelledError", "Task was cancelled", "was stopped. Repeat the sweep to go on with it."),
        (
            "RayTaskError",
            "ray::carry_out()\nModuleNotFoundError: No module named 'cnnlab'",
            "a node of the cluster has no cnnlab. Install it on every node, in the Python that Ray runs in, or have "
            "Ray do so: hydra.launcher.runtime_env, see docs/clusters.md",
        ),
        ("RayTaskError", "ray::carry_out()\nValueError: no", "ValueError: no"),
        ("RaySystemError", "", "RaySystemError"),
    ],
)
def test_reason_says_what_died_and_what_to_do(name, text, reason):
    assert failure(rays(name, text), max_retries=2, said="").reason == reason


def test_run_that_is_never_tried_again_says_so():
    error = rays("WorkerCrashedError", "")
    assert failure(error, max_retries=0, said="").reason == DIED.format("was not tried again")


def test_kind_of_an_error_counts_whatever_it_is_called():
    error = rays("Renamed", "", base=type("WorkerCrashedError", (Exception,), {}))
    assert failure(error, max_retries=0, said="").reason == DIED.format("was not tried again")


def test_traceback_holds_what_the_run_printed_and_what_ray_says():
    outcome = failure(rays("WorkerCrashedError", "The worker died."), max_retries=0, said="Fatal: segfault\n")
    assert outcome.traceback == "Fatal: segfault\nThe worker died."
