"""One run of a sweep in a process of its own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.outcome import Outcome
from tests.conftest import composed
from tests.sweeps.sweep_maker import TINY

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_answer_is_the_outcome_alone_whatever_the_run_prints():
    Path("talking.py").write_text("print('words')")
    task = {"plain": composed("plugins=[talking.py]") | {"seed": -1}, "overrides": [], "place": 7, "num_at_once": 1}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    settings = json.dumps({"num_sharing": 1, "abreast": None})
    with subprocess.Popen([sys.executable, "-m", "cnnlab.sweeps.worker", settings], text=True, **pipes) as worker:
        assert json.loads(worker.stdout.readline()) == {}
        print(json.dumps(task), file=worker.stdin, flush=True)
        answer, asked = (json.loads(worker.stdout.readline()) for _ in range(2))
        worker.stdin.close()
        told = worker.stderr.read()
    assert (answer["place"], asked) == (7, {})
    assert Outcome(**answer["outcome"]) == Outcome(2, "seed: must be >= 0, got -1.", notes=[])
    assert told == "words\n"


def test_worker_stops_when_the_sweep_is_gone():
    command = [sys.executable, "-c", "import sys; from cnnlab.cli.main import main; sys.exit(main(sys.argv[1:]))"]
    words = ["-m", "seed=0", "hydra/launcher=process", *TINY, "epochs=100000"]
    words.remove("epochs=1")
    sweep = subprocess.Popen([*command, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = wait_for(lambda: next((s for s in map(read_status, RUNS.glob("*")) if s.get("pid")), None))
    wait_for(lambda: next(RUNS.glob("*/metrics.csv"), None))
    sweep.kill()
    sweep.wait()
    (folder,) = RUNS.glob("*")
    wait_for(lambda: read_status(folder)["status"] == "interrupted")
    with pytest.raises(ProcessLookupError, match="No such process"):
        wait_for(lambda: os.kill(status["pid"], 0))


def read_status(path):
    return RunFolder(path).read_json("status.json")


def wait_for(look, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found
