"""The pages of a fair comparison that show how each arm was tuned."""

import html

from cnnlab.outputs.study_folder import GridRow, Study, StudyFolder
from cnnlab.sweeps.fair.pages import write_pages
from tests.sweeps.fair.fair_maker import arm, best_at, fair_of, led


def test_every_arm_with_trials_has_a_page_of_them_and_of_its_fresh_seeds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fair, study = (
        fair_of(arm("sgd", shared=("epochs=3", "trials=null")), arm("adam", is_tuned=False)),
        StudyFolder.named("mine"),
    )
    led(fair, best_at(sgd="0.1", adam="0.1"))
    rows = [GridRow(f"optimizer={name}", "0", f"run-of-{name}", "") for name in ("sgd", "adam")]
    study.write_grid(Study("mine", "cnnlab -m optimizer=sgd,adam epochs=3 fair=optimizer.lr=log(0.001,1)"), rows)
    write_pages(study, fair.arms, rows, sampler="tpe")
    assert [path.name for path in (study.path / "tunings").iterdir()] == ["1.html"]
    text = html.unescape((study.path / "tunings" / "1.html").read_text())
    assert "<h1>mine, optimizer=sgd</h1>" in text
    assert "The best of 6 trials on validation is trial 2, with 90.00 %" in text
    assert "The best: <code>cnnlab train epochs=3 optimizer=sgd optimizer.lr=0.1</code>" in text
    assert "run-of-sgd" in text
    assert "run-of-adam" not in text
    assert '<a href="../report.html">' in text
