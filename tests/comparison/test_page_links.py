"""What the page leads to."""

from pathlib import Path

from cnnlab.comparison import compare_study, save
from cnnlab.comparison.page import render
from cnnlab.comparison.page_links import picture_links, run_links
from cnnlab.webpage.links import Link
from tests.comparison.study_maker import write_study

ARMS = {"optimizer=sgd": [0.9, 0.8], "optimizer=adam": ["waiting", 0.7]}


def test_pictures_are_linked_as_png_and_pdf_below_what_they_show():
    comparison = compare_study(write_study(ARMS))
    save(comparison, pictures=True)
    found = picture_links(comparison.folder.path)
    assert found["accuracy"] == [Link("PNG", "plots/accuracy.png"), Link("PDF", "plots/accuracy.pdf")]
    assert [*found] == ["accuracy", "loss", "test_accuracy"]
    page = (comparison.folder.path / "report.html").read_text(encoding="utf-8")
    for file in ("plots/loss.pdf", "plots/test_accuracy.png", "comparison.csv", "runs.csv"):
        assert f'<a href="{file}">' in page
        assert (comparison.folder.path / file).is_file()


def test_runs_are_linked_with_their_pictures():
    comparison = compare_study(write_study(ARMS, name="a study"))
    first = comparison.results[0].arm.runs[0].folder
    (first.path / "plots").mkdir()
    (first.path / "plots" / "mistakes.png").touch()
    links = run_links(comparison)
    assert [(link.arm, link.unit, link.folder.name) for link in links][:2] == [
        ("sgd", "0", "a study-arm0-s0"), ("sgd", "1", "a study-arm0-s1"),
    ]  # fmt: skip
    assert links[0].folder.address == "../runs/a%20study-arm0-s0/"
    assert links[0].pictures == [Link("mistakes", "../runs/a%20study-arm0-s0/plots/mistakes.png")]
    assert 'href="../runs/a%20study-arm0-s0/"' in render(comparison)


def test_page_without_pictures_leads_to_none():
    comparison = compare_study(write_study(ARMS))
    assert picture_links(Path("nowhere")) == {}
    assert "for a paper" not in render(comparison)
