"""Who draws: these begin a process without torch, as a command does."""

import subprocess
import sys

import pytest

from cnnlab.runs.draughtsman import Draughtsman

DRAWN = """
import multiprocessing, os, signal, sys, time
from pathlib import Path
from cnnlab.runs import draughtsman

if __name__ == "__main__":
    draughtsman.has_idle_core = lambda: {is_idle}
    with draughtsman.Draughtsman() as hand:
        hand.get_ready()
        helpers = multiprocessing.active_children()
        if {is_killed}:
            os.kill(helpers[0].pid, signal.SIGKILL)
        hand.draw(Path({folder!r}))
    print(len(helpers), "matplotlib" in sys.modules)
"""


def drawn(folder, *, is_idle=True, is_killed=False):
    code = DRAWN.format(folder=str(folder), is_idle=is_idle, is_killed=is_killed)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("options", "says"),
    [({}, "1 False"), ({"is_idle": False}, "0 True"), ({"is_killed": True}, "1 True")],
    ids=["another process draws", "a busy core is not shared", "this one steps in"],
)
def test_pictures_are_drawn_whoever_draws(make_run, options, says):
    folder = make_run().folder
    done = drawn(folder, **options)
    assert (done.stdout.strip(), done.stderr) == (says, "")
    assert (folder / "plots" / "confusion.png").is_file()


def test_what_goes_wrong_in_another_process_is_told_here(tmp_path):
    done = drawn(tmp_path)
    assert f"ValueError: draw_all: no run in '{tmp_path}', it has no config.yaml." in done.stderr


def test_with_torch_at_hand_there_is_nothing_to_wait_for():
    with Draughtsman() as hand:
        hand.get_ready()
        assert hand._helper is None
