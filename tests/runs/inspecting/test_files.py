import pytest

from cnnlab.outputs.files import Folder
from cnnlab.runs.inspecting.files import SUMMARY, TABLES, write_files
from tests.runs.inspecting.inspected import CLASSES, LEFT_OUT, inspection


def test_numbers_are_in_one_file_and_what_is_many_in_tables(tmp_path):
    write_files(Folder(tmp_path), inspection(), run_id="mine", classes=CLASSES)
    assert {path.name for path in tmp_path.iterdir()} == {SUMMARY, *TABLES}
    found = Folder(tmp_path).read_json(SUMMARY)
    assert found["run_id"] == "mine"
    assert found["images"] == {"validation": {"looked_at": 5, "of": 5}, "test": {"looked_at": 10, "of": 20}}
    assert (found["mistakes"], found["temperature"], found["likely_label_errors"]) == (1, 1.5, 1)
    assert found["calibration"][0]["equal_width"].keys() == {"ece", "low", "high"}
    assert found["units"]["layers"][0]["stuck"] == 2
    assert found["left_out"] == {}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("units.csv", {"layer": "act1", "activation": "relu", "units": "8", "stuck": "2", "share_of_values": "0.5"}),
        ("embedding.csv", {"image": "a/1.png", "target": "ant", "predicted": "ant", "pca_1": "0.0", "pca_2": "1.0"}),
        (
            "label_errors.csv",
            {
                "split": "validation", "index": "7", "image": "ants/7.png", "label": "ant", "suggested": "<bee>",
                "predicted": "<bee>", "margin": "0.5",
            },
        ),
    ],
)  # fmt: skip
def test_first_row_of_each_table(tmp_path, name, row):
    write_files(Folder(tmp_path), inspection(), run_id="mine", classes=CLASSES)
    assert Folder(tmp_path).read_rows(name)[0] == row


def test_bins_of_both_kinds_hold_all_answers(tmp_path):
    write_files(Folder(tmp_path), inspection(), run_id="mine", classes=CLASSES)
    rows = Folder(tmp_path).read_rows("reliability.csv")
    for kind in ("equal width", "equal mass"):
        images = [int(row["images"]) for row in rows if row["bins"] == kind]
        assert sum(images) == 2 * 10


def test_what_is_left_out_is_named_with_its_reason(tmp_path):
    write_files(Folder(tmp_path), inspection(), run_id="mine", classes=CLASSES)
    write_files(Folder(tmp_path), inspection(**LEFT_OUT), run_id="mine", classes=CLASSES)  # looked at once more
    assert {path.name for path in tmp_path.iterdir()} == {SUMMARY, "units.csv"}
    found = Folder(tmp_path).read_json(SUMMARY)
    assert found["left_out"]["filters"] == "the network has no filters"
    assert found["left_out"].keys() == {"grad_cam", "filters", "stages", "calibration", "embedding", "label_errors"}
    assert (found["calibration"], found["likely_label_errors"]) == ([], None)
