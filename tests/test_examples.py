"""The notebooks of examples/: short, stored without outputs, and each runs from its first cell to its last."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FIRST, *OTHERS = EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.ipynb"))


@pytest.mark.long
@pytest.mark.timeout(1200)  # a kernel, torch and some runs each; on a machine that is busy it takes minutes
def test_first_notebook_runs_in_a_kernel(in_empty_folder):
    notebook = nbformat.read(FIRST, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(in_empty_folder)}}).execute()
    outputs = [output for cell in notebook.cells if is_code(cell) for output in cell.outputs]
    shown = [output.data for output in outputs if output.output_type == "execute_result"]
    assert any("<img src=" in data.get("text/html", "") for data in shown)
    assert not any(output.get("name") == "stderr" for output in outputs)


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_cells_of_the_other_notebooks_run_and_show_something(path, in_empty_folder, capsys):
    names = {}
    shown = [carried_out(cell.source, names) for cell in nbformat.read(path, as_version=4).cells if is_code(cell)]
    assert any(map(is_picture, shown))
    assert capsys.readouterr().err == ""


def is_code(cell):
    return cell.cell_type == "code"


def is_picture(value):
    """Tell whether a notebook shows a picture in place of a value, or within what it shows."""
    return "<img src=" in getattr(value, "_repr_html_", str)() or getattr(value, "_repr_png_", bytes)() != b""


def carried_out(source, names):
    """Carry out a cell in this process, where torch is loaded already; return what its last line comes to."""
    *before, last = ast.parse(source).body
    exec(compile(ast.Module(before, []), "cell", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    return exec(compile(ast.Module([last], []), "cell", "exec"), names)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_notebook_is_short_and_stored_without_outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if is_code(cell)]
    assert path.stat().st_size < 20_000
    assert 4 <= len(code) <= 10
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_first_notebook_is_at_its_verdict_in_ten_lines():
    cells = nbformat.read(FIRST, as_version=4).cells
    lines = [line for cell in cells if is_code(cell) for line in cell.source.splitlines()]
    assert FIRST.stem == "first_study"
    assert lines.index("print(study.verdict)") < 10
