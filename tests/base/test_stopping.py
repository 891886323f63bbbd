import contextlib
import pickle
import signal
import subprocess
import sys
import threading

import pytest

from cnnlab.base.stopping import Stop

ALL = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("which", ALL)
def test_first_signal_stops_at_once_where_nothing_would_be_lost(which):
    stop = Stop()
    with stop.heard(), pytest.raises(KeyboardInterrupt, match=r"^$"), stop.waiting(lambda: False, print):
        signal.raise_signal(which)


@pytest.mark.parametrize("which", ALL)
def test_signal_waits_where_something_would_be_lost_and_the_second_one_does_not(which):
    stop, said = Stop(), []
    with stop.heard(), stop.waiting(lambda: True, lambda: said.append("stopping")):
        signal.raise_signal(which)
        assert stop.is_wanted
        assert said == ["stopping"]
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            signal.raise_signal(signal.SIGINT)


def test_closed_terminal_that_says_so_twice_waits_all_the_same():
    stop, said = Stop(), []
    with stop.heard(), stop.waiting(lambda: True, lambda: said.append("stopping")):
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
    assert said == ["stopping"]


def test_wish_that_a_library_swallowed_is_found_at_the_next_look_of_every_run():
    stop = Stop()
    stop.look()
    with stop.heard():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt, match=r"^$"):
                stop.look()


def test_signals_are_given_back_at_the_end_and_heard_by_the_outer_stop_alone():
    before, outer = [signal.getsignal(which) for which in ALL], Stop()
    with outer.heard():
        with Stop().heard():
            assert signal.getsignal(signal.SIGINT) == outer._handle
        assert signal.getsignal(signal.SIGINT) == outer._handle
    assert [signal.getsignal(which) for which in ALL] == before


def test_outside_the_main_thread_signals_stay_as_they_are():
    found = []

    def work():
        with Stop().heard():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGINT)]


def test_terminal_that_may_be_closed_stays_without_effect():
    before, stop = signal.signal(signal.SIGHUP, signal.SIG_IGN), Stop()  # as nohup leaves it
    try:
        with stop.heard():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert not stop.is_wanted


def test_stop_goes_to_other_processes():
    assert not pickle.loads(pickle.dumps(Stop())).is_wanted


def test_program_that_imports_cnnlab_keeps_its_own_handling():
    names = "cnnlab.cli.main, cnnlab.runs.job, cnnlab.sweeps.worker"
    before = "import signal; before = signal.getsignal(signal.SIGINT)"  # a shell in the background ignores it
    code = f"{before}; import {names}; print(signal.getsignal(signal.SIGINT) is before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout == "True\n"
