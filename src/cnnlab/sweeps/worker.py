"""`python -m cnnlab.sweeps.worker`: one run of a sweep in a process of its own.

It reads one line of JSON, the configuration and what was typed, and answers with one, the outcome. When its standard
input is closed, on purpose or because the sweep has died, it stops as on SIGTERM: what is done is kept.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import threading

from cnnlab.base.stopping import Stop


def main() -> int:
    """Carry out the run; return 0, or 130 if it was interrupted."""
    stop = Stop()
    try:
        with stop.heard():
            _carry_out(stop)
    except KeyboardInterrupt:
        return 130
    return 0


def _carry_out(stop: Stop) -> None:
    task = json.loads(sys.stdin.readline())
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a run prints must not get into the answer
    threading.Thread(target=_stop_when_left_alone, daemon=True).start()
    from cnnlab.base.turns import finish
    from cnnlab.runs.job import attempt  # imports torch

    outcome = finish(attempt(task["plain"], task["overrides"], in_sweep=True, stop=stop))
    json.dump(dataclasses.asdict(outcome), answer)
    answer.close()


def _stop_when_left_alone() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
