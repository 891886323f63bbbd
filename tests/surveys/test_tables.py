from __future__ import annotations

import dataclasses
import json

from cnnlab.surveys.survey import Group
from cnnlab.surveys.tables import as_plain, class_csv, duplicates_csv, terminal_lines
from tests.surveys.surveys import SURVEY, member

GROUPS = [Group([member("ant"), member("ant", "test", "b.jpg")], is_equal=False)]


def test_terminal_says_what_is_there_in_80_columns():
    lines = terminal_lines(SURVEY)
    assert lines == [
        "data     insects: 120 images of 2 classes, 90 train, 10 val, 20 test",
        "",
        "class  train  val  test  all     %",
        "ant       50    5    10   65  54.2",
        "bee       40    5    10   55  45.8",
        "",
        "width    60 to 100, median 80 pixels",
        "height   50 pixels",
        "aspect   1.20 to 2.00, median 1.60",
        "pixels   119 RGB, 1 gray",
        "format   120 JPEG",
        "turned   2 by their EXIF data",
        "copies   no two images show the same",
        "read as  3x64x64",
        "",
        "120 images of 2 classes; nothing wrong was found.",
    ]


def test_of_many_classes_the_first_are_shown():
    names = [f"class {number}" for number in range(30)]
    survey = dataclasses.replace(SURVEY, classes=names, counts={"train": [30] * 30})
    lines = terminal_lines(survey)
    assert lines[2 + 1 + 19].startswith("class 19")
    assert lines[2 + 1 + 20] == "and 10 more classes: data.csv has them"


def test_damaged_files_and_copies_are_told():
    survey = dataclasses.replace(SURVEY, corrupt={"a\nb.png": "empty"}, groups=GROUPS, notes=["left out"])
    lines = terminal_lines(survey)
    assert r"damaged  a\nb.png (empty)" in lines
    assert "copies   1 group of images that show the same, 0 of equal pixels" in lines
    assert "note     left out" in lines


def test_tables_are_files():
    survey = dataclasses.replace(SURVEY, groups=GROUPS)
    assert class_csv(survey) == "class,train,val,test,all\nant,50,5,10,65\nbee,40,5,10,55\n"
    assert duplicates_csv(survey) == "group,kind,image,split,class\n1,near,a.jpg,train,ant\n1,near,b.jpg,test,ant\n"
    plain = json.loads(json.dumps(as_plain(survey)))
    assert plain["counts"]["train"] == [50, 40]
    assert plain["files"]["width"] == {"least": 60, "median": 80, "most": 100}
    assert plain["duplicates"] == [{"kind": "near", "images": ["a.jpg", "b.jpg"]}]
