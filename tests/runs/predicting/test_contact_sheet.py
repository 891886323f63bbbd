from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.runs.predicting.contact_sheet import PER_PAGE, Shown, pages_of, write_sheets

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def photo(name, size, color):
    Image.new("RGB", size, color).save(name)
    return Path(name)


def pixels(name):
    with Image.open(name) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def test_many_images_take_several_pages():
    path = photo("a.png", (3, 2), "blue")
    assert write_sheets(Path("s.png"), [Shown(path, "cat 90 %", "a.png")] * (PER_PAGE + 1), title="37 images") == 2
    files = pages_of(Path("s.png"), PER_PAGE + 1)
    assert files == [Path("s.png"), Path("s-2.png")]
    first, second = (pixels(file).shape for file in files)
    assert first[1] > second[1]
    assert first[0] > 5 * (second[0] - 100)


def test_large_photo_is_shown_whole_and_upright():
    tall = Image.new("RGB", (900, 600), "white")
    tall.paste("blue", (0, 0, 450, 600))  # turned by the tag, blue is above
    tall.save("a.jpg", exif=bytes.fromhex("45786966000049492a000800000001001201030001000000060000000000000000"))
    write_sheets(Path("s.png"), [Shown(Path("a.jpg"), "cat", "a.jpg")], title="one")
    page = pixels("s.png")
    blue = (page[:, :, 2] > 200) & (page[:, :, 0] < 60)
    rows, columns = np.flatnonzero(blue.any(1)), np.flatnonzero(blue.any(0))
    assert (len(rows), len(columns)) == (pytest.approx(100, abs=3), pytest.approx(133, abs=3))


def test_right_and_wrong_are_framed_in_their_colours():
    path = photo("a.png", (200, 200), "black")
    shown = [Shown(path, "cat", "a", True), Shown(path, "cat → dog", "a", False), Shown(path, "cat", "a")]
    write_sheets(Path("s.png"), shown, title="three")
    page = pixels("s.png")
    assert all((page == color).all(2).any() for color in ((0, 158, 115), (213, 94, 0)))


def test_names_that_hold_commands_to_a_terminal_or_are_long_are_drawn_as_text():
    path = photo("a.png", (20, 20), "red")
    write_sheets(Path("s.png"), [Shown(path, "\x1b[2J" * 40, "猫" * 90)], title="t" * 300)
    assert pixels("s.png").shape[1] < 800
