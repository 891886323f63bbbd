from pathlib import Path

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.runs.predicting.submission import check_ids, image_id, write_submission


def test_rows_are_in_the_order_of_the_numbers_in_the_ids(tmp_path):
    labels = {"10": "cat", "2": "dog", "1": "ship", "b2": "cat", "b10": "dog", "01": "frog"}
    write_submission(tmp_path / "s.csv", labels)
    assert (tmp_path / "s.csv").read_bytes() == b"id,label\n01,frog\n1,ship\n2,dog\n10,cat\nb2,cat\nb10,dog\n"


def test_names_with_commas_are_quoted(tmp_path):
    write_submission(tmp_path / "s.csv", {"a,b": "x,y"})
    assert (tmp_path / "s.csv").read_text() == 'id,label\n"a,b","x,y"\n'


@pytest.mark.parametrize(("path", "expected"), [("test/1.png", "1"), ("a.b.jpg", "a.b"), ("caf\udce9.png", "caf\\xe9")])
def test_id_is_the_name_of_the_file_without_folder_and_suffix(path, expected):
    assert image_id(Path(path)) == expected


@pytest.mark.parametrize("second", ["b/1.jpg", "a/1.png"])
def test_two_images_of_one_id_are_refused(second):
    message = (
        rf"^--submission: an image is known by .* suffix, got '1' twice: a/1\.png and {second}\. Leave one out, or"
    )
    with pytest.raises(ConfigError, match=message):
        check_ids([Path("a/1.png"), Path("a/2.png"), Path(second)], option="--submission")
