"""What became of a run whose order has no answer: its worker died, its node, or Ray could not even begin it."""

from __future__ import annotations

from cnnlab.runs.outcome import Outcome

_OUT_OF_MEMORY = "OutOfMemoryError"
_DIED = (
    "WorkerCrashedError", "NodeDiedError", "LocalRayletDiedError", "ObjectLostError", "OwnerDiedError", _OUT_OF_MEMORY,
)  # fmt: skip
_NOT_SET_UP = "RuntimeEnvSetupError"
_CANCELLED = "TaskCancelledError"


def failure(error: Exception, *, max_retries: int, said: str) -> Outcome:
    """Return how a run has ended.

    Args:
        error: Ray's.
        max_retries: how often the run was tried again.
        said: what it had printed.
    """
    trace = "\n".join(text for text in (said.strip(), str(error).strip()) if text)
    return Outcome(1, _reason(error, max_retries), traceback=trace)


def _reason(error: Exception, max_retries: int) -> str:
    names = {kind.__name__ for kind in type(error).__mro__}
    if "No module named 'cnnlab'" in str(error):
        return (
            "a node of the cluster has no cnnlab. Install it on every node, in the Python that Ray runs in, or have "
            "Ray do so: hydra.launcher.runtime_env, see docs/clusters.md"
        )
    if _NOT_SET_UP in names:
        return f"hydra.launcher.runtime_env: Ray cannot set it up: {_last_line(error)}"
    if _CANCELLED in names:
        return "was stopped. Repeat the sweep to go on with it."
    if names.isdisjoint(_DIED):
        return f"{_last_line(error)}"
    tried = "was not tried again" if max_retries == 0 else f"died {max_retries} more times when it was tried again"
    if _OUT_OF_MEMORY in names:
        more = "Give each run more of a node: hydra.launcher.num_cpus"
        return f"the memory of its node was full, and it {tried} (hydra.launcher.max_retries). {more}"
    return f"its worker or its node died, and it {tried} (hydra.launcher.max_retries)."


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].strip()
