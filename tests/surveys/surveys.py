"""A survey of a data set in which nothing is wrong, for tests that change it."""

from __future__ import annotations

import numpy as np

from cnnlab.surveys.survey import ClassPictures, Files, Member, Range, Survey

PIXELS = np.arange(3 * 8 * 8, dtype=np.uint8).reshape(3, 8, 8)
SURVEY = Survey(
    name="insects",
    classes=("ant", "bee"),
    counts={"train": [50, 40], "val": [5, 5], "test": [10, 10]},
    shape=(3, 64, 64),
    files=Files(Range(60, 80, 100), Range(50, 50, 50), Range(1.2, 1.6, 2), {"RGB": 119, "gray": 1}, {"JPEG": 120}, 2),
    corrupt={},
    notes=(),
    groups=(),
    leaks={},
    pictures=[ClassPictures(name, PIXELS, [PIXELS, PIXELS]) for name in ("ant", "bee")],
)


def member(label: str, split: str = "train", name: str = "a.jpg") -> Member:
    return Member(name, split, label, PIXELS)
