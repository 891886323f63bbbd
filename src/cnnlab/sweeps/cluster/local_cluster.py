"""`python -m cnnlab.sweeps.cluster.local_cluster`: a Ray cluster of this machine, for as long as its input is open.

A process of its own starts it, in a session of its own: so Ctrl-C does not reach it, and it ends in order however the
sweep ends. Ray's own helpers would outlive a sweep that is killed by more than a minute.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time

from cnnlab.base.errors import ConfigError

_OBJECTS = 100 * 2**20  # bytes for what is sent: hardly anything, this machine sees its own outputs/
_SECONDS = 20.0  # to end in
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
    is_over = threading.Event()
    threading.Thread(target=_end_in_time, args=(is_over,), daemon=True).start()
    import ray

    out, sys.stdout = sys.stdout, sys.stderr
    context = ray.init(
        address="local", num_cpus=int(sys.argv[1]), object_store_memory=_OBJECTS, include_dashboard=False,
        log_to_driver=False, logging_level="ERROR",
    )  # fmt: skip
    print(context.address_info["address"], file=out, flush=True)
    is_over.wait()
    ray.shutdown()
    return 0


def _end_in_time(is_over: threading.Event) -> None:
    """Watch the input from the beginning, since Ray may take long to start; what it started dies with this process."""
    sys.stdin.read()
    is_over.set()
    time.sleep(_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
