from pathlib import Path

import pytest

from cnnlab.base.turns import finish
from cnnlab.runs.job import run
from cnnlab.runs.run_context import RunContext
from tests.conftest import composed

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_plan_of_own_photos_says_what_was_found_and_draws_the_first_batch(photos, capsys):
    plain = composed("dataset=image_folder", "dataset.root=my photos", "plan=true")
    assert finish(run(plain, [], context=RunContext())) == 0
    lines = capsys.readouterr().out.splitlines()
    folder = next(line.removeprefix("to do       ") for line in lines if line.startswith("to do"))
    assert "         3x64x64, 2 classes: cats 12, dogs 10" in lines
    assert lines[-1] == f"open     {folder}/plots/batch.png"
    assert {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()} == {
        "first_batch.npz", "plots/batch.png",
    }  # fmt: skip
