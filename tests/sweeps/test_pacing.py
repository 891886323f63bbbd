"""How often a report is written anew."""

from cnnlab.sweeps import pacing
from cnnlab.sweeps.pacing import PAUSE, Pace


def test_what_was_done_a_moment_ago_is_due_after_a_pause_that_grows_with_what_it_takes(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(pacing.time, "monotonic", lambda: now[0])
    pace, found = Pace(), []
    for after, takes in ((PAUSE - 1, 0), (1, 2), (39, 0), (1, 0)):
        now[0] += after
        found.append(pace.is_due)
        if takes:
            with pace.keeping():
                now[0] += takes
    assert found == [False, True, False, True]  # 2 s are a twentieth of 40
