import subprocess
import sys

STEPS = """
import sys, torch
from cnnlab.base.compiler import without_compiler
w = torch.nn.Parameter(torch.ones(3))
with without_compiler():
    optimizer = torch.optim.Adam([w], fused=True)
for _ in range(2):
    with without_compiler():
        optimizer.zero_grad()
    (w**2).sum().backward()
    with without_compiler():
        optimizer.step()
with without_compiler():
    optimizer.load_state_dict(optimizer.state_dict())
{}
print("torch._dynamo" in sys.modules, w.tolist())
"""


FORKS = """
import os, torch
for code in {codes}:
    if os.fork() == 0:
        exec(code, {{}})
        break
    os.wait()
"""


def outputs_of(*codes):
    """Return what programs print, each in a process of its own, which has loaded torch and nothing else."""
    code = FORKS.format(codes=list(codes))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_optimizers_take_the_same_steps_without_the_compiler():
    bare = STEPS.replace("from cnnlab.base.compiler import without_compiler", "from contextlib import nullcontext")
    without, with_it = outputs_of(STEPS.format(""), bare.replace("without_compiler", "nullcontext").format(""))
    assert without.split(" ", 1)[0] == "False"
    assert with_it == without.replace("False", "True")


def test_compiler_is_there_for_whoever_asks_for_it_later_or_for_more_than_to_compile_nothing():
    uses = (
        "torch._dynamo.config",
        "torch.compile(lambda x: x, backend='eager')(w)",
        "import torch._dynamo.utils",
        "with without_compiler():\n    torch._dynamo.reset()\nassert torch._dynamo.reset.__module__ == 'torch._dynamo'",
    )
    outputs = outputs_of(*map(STEPS.format, uses))
    assert [output.partition(" ")[0] for output in outputs] == ["True"] * len(uses)


def test_run_that_compiles_nothing_loads_no_compiler(in_empty_folder):
    code = """
import sys
from cnnlab.cli.main import main
data = ["dataset=synthetic", "dataset.num_images=120", "dataset.image_size=8", "model.width=0.05", "plots=false"]
assert main([*data, "epochs=2", "device=cpu", "ema=0.9", "checkpoint_seconds=0", "optimizer=adamw"]) == 0
print("torch._dynamo" in sys.modules)
"""
    assert outputs_of(code)[-1] == "False"
