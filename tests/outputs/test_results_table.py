"""results.csv: whatever changes between two refreshes, it is what a table written at once would be."""

import random

import pytest

from cnnlab.outputs.files import csv_text
from cnnlab.outputs.results_table import ResultsTable
from cnnlab.outputs.settings import differing
from cnnlab.outputs.study_folder import RESULTS, StudyFolder


def figures_of(run_id, status="waiting", **more):
    return dict.fromkeys(RESULTS) | {"run_id": run_id, "status": status, **more}


@pytest.fixture
def written(tmp_path):
    return lambda: (tmp_path / "results.csv").read_text()


@pytest.fixture
def table(tmp_path):
    return ResultsTable(StudyFolder(tmp_path))


def test_results_hold_the_settings_that_differ_and_the_figures(table, written):
    for number, (name, lr) in enumerate([("sgd", "0.1"), ("adam", "0.001")]):
        own = {"optimizer": name, "optimizer.lr": lr, "epochs": "2", "seed": str(number)}
        table.add(own, dict.fromkeys(RESULTS, 1) | {"run_id": f"run{number}"})
    table.write()
    header, first, _ = written().splitlines()
    assert header == "optimizer,optimizer.lr," + ",".join(RESULTS)
    assert first == "sgd,0.1,run0," + ",".join("1" * (len(RESULTS) - 1))


@pytest.mark.parametrize("draw", range(20))
def test_table_that_grew_and_changed_is_the_one_of_all_its_runs(draw, table, written):
    pick = random.Random(draw)
    runs = {}
    for _ in range(12):
        run_id = f"run{pick.randrange(6)}"
        figures = figures_of(run_id, pick.choice(["waiting", "=1+1", 'a "b", c']), seed=pick.randrange(3))
        if run_id in runs:
            table.update(figures)
            runs[run_id] = (runs[run_id][0], figures)
        else:
            own = {key: pick.choice(["x", "", "y,z"]) for key in pick.sample(["a", "b.c", "seed", "b"], 3)}
            table.add(own, figures)
            runs[run_id] = (own, figures)
        table.write()
        keys = differing([own for own, _ in runs.values()])
        rows = [{**{key: own.get(key, "") for key in keys}, **figures} for own, figures in runs.values()]
        assert written() == csv_text([*keys, *RESULTS], rows)
