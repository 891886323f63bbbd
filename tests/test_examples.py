"""The notebooks of examples/: short, stored without outputs, and each runs from its first cell to its last."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.ipynb"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_notebook_runs(path, in_empty_folder):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(in_empty_folder)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = [output.data for output in outputs if output.output_type == "execute_result"]
    assert any("<img src=" in data.get("text/html", "") or "image/png" in data for data in shown)
    assert not any(output.get("name") == "stderr" for output in outputs)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_notebook_is_short_and_stored_without_outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert path.stat().st_size < 20_000
    assert 4 <= len(code) <= 10
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_first_notebook_is_at_its_verdict_in_ten_lines():
    cells = nbformat.read(EXAMPLES[0], as_version=4).cells
    lines = [line for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    assert EXAMPLES[0].stem == "first_study"
    assert lines.index("print(study.verdict)") < 10
