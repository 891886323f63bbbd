"""Pictures of many runs."""

import pytest

from cnnlab.plots.drawing import draw_runs
from tests.run_maker import write_run


@pytest.mark.parametrize("num_runs", [1, 4])  # here, and in processes
def test_every_run_without_pictures_gets_them_and_progress_is_told(tmp_path, num_runs):
    folders, told = [write_run(tmp_path / str(i), diverges_at=1) for i in range(num_runs)], []
    draw_runs(folders, progress=lambda *progress: told.append(progress))
    assert all((folder / "plots" / "curves.png").exists() for folder in folders)
    assert told == [("drawing pictures", done, num_runs) for done in range(num_runs + 1)]


@pytest.mark.parametrize("num_runs", [1, 4])
def test_what_comes_then_finds_the_pictures_of_its_run(tmp_path, num_runs):
    folders = [write_run(tmp_path / str(i), diverges_at=1) for i in range(num_runs)]
    draw_runs(folders, then=count_pictures)
    assert [int((folder / "counted").read_text()) > 0 for folder in folders] == [True] * num_runs


def count_pictures(folder):
    (folder / "counted").write_text(str(len(list(folder.glob("plots/*.png")))))


def test_run_that_has_pictures_is_left_alone(tmp_path):
    folder, told = write_run(tmp_path), []
    (folder / "plots").mkdir()
    (folder / "plots" / "mine.png").touch()
    draw_runs([folder], progress=lambda *progress: told.append(progress))
    assert [path.name for path in (folder / "plots").iterdir()] == ["mine.png"]
    assert told == []
