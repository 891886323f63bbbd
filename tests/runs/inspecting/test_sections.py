import numpy as np

from cnnlab.runs.inspecting.label_errors import LikelyError
from cnnlab.runs.inspecting.sections import MOST_SUSPECTS, heated, of_files, of_inspection
from tests.runs.inspecting.inspected import CLASSES, LEFT_OUT, Suspect, inspection, shown


def test_mistakes_that_a_run_kept_are_shown_in_their_cells(make_run):
    run = make_run(num_test=40, skill=1.0)
    section = of_files(run)
    assert len(section.browsed) == len(run.mistakes.index)
    assert all(image.target != image.predicted for image in section.browsed)
    assert section.browsed[0].picture.startswith("data:image/png")
    assert section.browsed[0].name == f"test image {run.mistakes.index[0]}"


def test_run_without_mistakes_shows_none(make_run):
    run = make_run(num_test=40, skill=1.0)
    (run.folder / "mistakes.npz").unlink()
    assert of_files(run).browsed == ()


def test_mistake_has_three_pictures_of_which_two_are_heated():
    (mistake,) = of_inspection(inspection(), CLASSES).mistakes
    assert [said for said, _ in mistake.pictures] == ["image", "where <bee> is found", "where ant is found"]
    assert len({uri for _, uri in mistake.pictures}) == 3
    assert (mistake.target, mistake.predicted, mistake.said) == ("ant", "<bee>", "90 %")


def test_heat_leaves_cold_places_gray_and_colours_hot_ones():
    image, heat = np.full((3, 1, 2), 100, dtype=np.uint8), np.array([[0.0, 1.0]], dtype=np.float32)
    found = heated(image, heat)
    assert len(set(found[:, 0, 0].tolist())) == 1
    red, _, blue = found[:, 0, 1].tolist()
    assert red > blue


def test_diagram_has_a_bar_for_each_bin_as_high_as_its_accuracy():
    diagram = of_inspection(inspection(), CLASSES).diagrams[0]
    x, y, width, height, title = diagram.bars[-1]
    assert (round(x + width), round(y), round(height)) == (300, 0, 300)
    assert title == "2 answers, 96.6 % sure, 100.0 % right"
    assert sum(height for *_, height in diagram.counts) == 40


def test_some_suspects_are_shown_and_all_are_counted():
    suspects = [Suspect(shown(n % 20), LikelyError(n, 0, 1, 0.5)) for n in range(30)]
    section = of_inspection(inspection(suspects=suspects), CLASSES)
    assert (len(section.suspects), section.num_suspects) == (MOST_SUSPECTS, 30)


def test_images_placed_by_their_features_share_one_sheet():
    placed = of_inspection(inspection(), CLASSES).data["placed"]
    assert placed["methods"] == [{"name": "PCA", "note": "All of it.", "points": [[0, 1], [2, 3], [4, 5]]}]
    assert placed["sheet"].startswith("data:image/jpeg")
    assert (placed["columns"], placed["targets"]) == (2, [0, 1, 0])


def test_what_is_left_out_has_no_pictures():
    section = of_inspection(inspection(**LEFT_OUT), CLASSES)
    assert (section.mistakes, section.diagrams, section.filters, section.stages, section.suspects) == (
        [],
        [],
        None,
        [],
        [],
    )
    assert section.data == {}
