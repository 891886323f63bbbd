import subprocess
import sys

from cnnlab.runs.exporting.program_file import write_program
from cnnlab.runs.run import execute
from cnnlab.runs.saved_config import saved_config
from tests.conftest import tiny

WITHOUT_CNNLAB = """
import json, sys
sys.modules["cnnlab"] = None
import torch
extra = {"cnnlab.json": ""}
program = torch.export.load("a.pt2", extra_files=extra).module()
told = json.loads(extra["cnnlab.json"])
pixels = torch.zeros(5, 3, told["size"], told["size"], dtype=torch.uint8)
outputs, probabilities = program(pixels)
print(told["classes"], tuple(outputs.shape), round(float(probabilities.sum()), 3))
"""


def test_program_is_loaded_and_run_by_torch_alone(in_empty_folder):
    folder = execute(tiny("epochs=1")).folder
    (line,) = write_program(folder, saved_config(folder, None), in_empty_folder / "a.pt2")
    assert line.startswith("check    24 test images: outputs deviate by ")
    done = subprocess.run([sys.executable, "-c", WITHOUT_CNNLAB], capture_output=True, text=True, timeout=240)
    assert (done.stdout, done.stderr) == ("['0', '1', '2'] (5, 3) 5.0\n", "")
