import os
import signal
import subprocess
import sys
import time

import pytest

from cnnlab.base.processes import interrupts_kept_off, is_gone

POOL = """
import os, time
from cnnlab.base.processes import pool_of_helpers
pool = pool_of_helpers(2)
futures = [pool.submit(time.sleep, 300) for _ in range(2)]
while not all(future.running() for future in futures):
    time.sleep(0.05)
time.sleep(1)
print(*pool._processes, flush=True)
time.sleep(300)
"""


def test_process_that_has_ended_is_gone():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert is_gone(process.pid)
    assert is_gone(2**80)
    assert not is_gone(os.getpid())
    assert not is_gone(1)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_worker_of_a_pool_ends_with_its_parent_and_leaves_ctrl_c_to_it(tmp_path):
    (script := tmp_path / "pool.py").write_text(POOL)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        for pid in workers:
            os.kill(pid, signal.SIGINT)
            os.kill(pid, signal.SIGHUP)
        time.sleep(0.5)
        assert len(workers) == 2
        assert not any(map(is_gone, workers))
        parent.kill()
    deadline = time.monotonic() + 30
    while not all(map(is_gone, workers)):
        assert time.monotonic() < deadline, "workers stay"
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="signals cannot be kept off")
def test_process_that_begins_meanwhile_does_not_hear_of_ctrl_c_and_this_one_does():
    code = "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('goes on')"
    with interrupts_kept_off():
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "goes on\n")
    with pytest.raises(KeyboardInterrupt, match=r"^$"), interrupts_kept_off():
        os.kill(os.getpid(), signal.SIGINT)


def test_script_that_has_a_pool_is_not_run_again_by_its_workers(tmp_path):
    (script := tmp_path / "script.py").write_text(
        "from cnnlab.base.processes import pool_of_helpers\n"
        "print('once')\n"
        "with pool_of_helpers(2) as pool:\n"
        "    print(*pool.map(abs, [-1, -2]))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("once\n1 2\n", "")
