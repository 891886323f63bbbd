"""`python -m cnnlab.sweeps.cluster.local_cluster`: a Ray cluster of this machine, for as long as its input is open.

A process of its own starts it, in a session of its own: so Ctrl-C does not reach it, and it ends in order however the
sweep ends. Ray's own helpers would outlive a sweep that is killed by more than a minute.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

from cnnlab.base.errors import ConfigError

_OBJECTS = 100 * 2**20  # bytes for what is sent: hardly anything, this machine sees its own outputs/
_SECONDS = 20.0  # that a sweep waits for the end
_AT_MOST = 30.0  # seconds until what has not ended is killed, be it that Ray never came to its beginning
_MODULE = "cnnlab.sweeps.cluster.local_cluster"


class LocalCluster:
    """A cluster of this machine.

    Args:
        num_cpus: that it hands out.

    Raises:
        ConfigError: it cannot be started.
    """

    def __init__(self, *, num_cpus: int) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(num_cpus)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
        )  # fmt: skip
        assert self._popen.stdout is not None
        self.address = self._popen.stdout.readline().strip()
        """Where it is reached."""
        if not self.address:
            _, said = self._popen.communicate()
            reason = (said.strip().splitlines() or ["it said nothing"])[-1]
            raise ConfigError(f"hydra/launcher=ray: no cluster can be started on this machine: {reason}")

    def close(self) -> None:
        """End it; it ends by itself with this process."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.communicate(timeout=_SECONDS)


def main() -> int:
    """Start the cluster, say where it is, and end it when the input ends."""
    has_ended = threading.Event()
    threading.Thread(target=_watch, args=(has_ended,), daemon=True).start()
    import ray

    if has_ended.is_set():
        return 0
    sys.stdout.flush()
    out, sys.stdout = sys.stdout, sys.stderr
    context = ray.init(
        address="local", num_cpus=int(sys.argv[1]), object_store_memory=_OBJECTS, include_dashboard=False,
        log_to_driver=False, logging_level="ERROR",
    )  # fmt: skip
    with contextlib.suppress(BrokenPipeError):  # nobody is there any more
        print(context.address_info["address"], file=out, flush=True)
    has_ended.wait()
    ray.shutdown()
    return 0


def _watch(has_ended: threading.Event) -> None:
    """Wait for the end of the input, from the first moment: Ray may take a minute to begin, or to end."""
    sys.stdin.read()
    has_ended.set()
    time.sleep(_AT_MOST)
    os.killpg(0, signal.SIGKILL)  # this process and the helpers that Ray has put beside it; workers end with these


if __name__ == "__main__":
    sys.exit(main())
