from cnnlab.outputs.run_folder import RunFolder
from cnnlab.plots import PLOTS
from cnnlab.runs.inspecting.figures import FIGURES
from cnnlab.runs.inspecting.files import SUMMARY, TABLES
from cnnlab.runs.inspecting.writing import write
from tests.run_maker import write_run
from tests.runs.inspecting.inspected import CLASSES, inspection


def test_results_of_the_run_stay_as_they_are(tmp_path):
    run = RunFolder(write_run(tmp_path, classes=CLASSES))
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    page = write(run, inspection(), into=None, classes=CLASSES)
    assert page == run.path / "report.html"
    after = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    plots = {path.name for path in after.keys() - before.keys() if path.parent.name == "plots"}
    assert {path.name for path in after.keys() - before.keys()} - plots == {"report.html", SUMMARY, *TABLES}
    assert plots == {f"{name}.png" for name in (*FIGURES, *PLOTS)}


def test_another_folder_gets_all_of_it_and_the_run_nothing(tmp_path):
    run = RunFolder(write_run(tmp_path, classes=CLASSES))
    before = sorted(run.path.rglob("*"))
    write(run, inspection(), into=tmp_path / "deep" / "down", classes=CLASSES)
    assert sorted(run.path.rglob("*")) == before
    found = tmp_path / "deep" / "down"
    assert {path.name for path in found.iterdir()} == {"report.html", SUMMARY, *TABLES, "plots"}
    assert {path.stem for path in (found / "plots").iterdir()} == FIGURES.keys()
    assert '<a href="plots/grad_cam.png">grad cam</a>' in (found / "report.html").read_text()
