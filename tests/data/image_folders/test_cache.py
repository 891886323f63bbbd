from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.hashing import file_hash
from cnnlab.data.image_folders import cache as image_cache
from cnnlab.data.image_folders.cache import Decoded, decoded_images
from cnnlab.data.image_folders.listing import list_folder
from cnnlab.data.scaling import Scaling


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for value in range(10):
        Image.new("L", (6, 6), 20 * value).save(folder / f"{value}.png")
    return folder


def decoded(root: Path, **changes: object) -> Decoded:
    options = {
        "cache_dir": root.parent / "cache",
        "image_size": None,
        "scaling": Scaling(),
        "workers": 0,
        "progress": None,
    } | changes
    paths = [image.path for image in list_folder(root).images]
    return decoded_images(root, paths, [file_hash(root / path) for path in paths], **options)


def folders(root: Path) -> list[Path]:
    return list((root.parent / "cache" / "images").iterdir())


def refuse(*_: object) -> list[object]:
    raise AssertionError("decoded again")


def test_images_lie_in_the_order_of_the_files(root):
    result = decoded(root)
    assert result.images.shape == (10, 1, 6, 6)
    assert result.images[:, 0, 0, 0].tolist() == list(range(0, 200, 20))
    assert (result.corrupt, result.is_mixed) == ({}, False)


def test_second_start_decodes_nothing(root, monkeypatch):
    first = decoded(root)
    monkeypatch.setattr(image_cache, "read_headers", refuse)
    monkeypatch.setattr(image_cache, "decode_files", refuse)
    np.testing.assert_array_equal(decoded(root).images, first.images)


def test_writing_to_the_images_leaves_the_cache_as_it_is(root):
    decoded(root).images[:] = 7
    assert decoded(root).images[0].max() == 0


def test_sizes_have_caches_of_their_own(root):
    assert decoded(root).images.shape == (10, 1, 6, 6)
    assert decoded(root, image_size=5).images.shape == (10, 1, 5, 5)
    assert len(folders(root)) == 2


@pytest.mark.parametrize("change", ["content", "name", "new"])
def test_changed_files_are_decoded_again(root, change):
    decoded(root)
    if change == "content":
        Image.new("L", (6, 6), 250).save(root / "9.png")
    elif change == "name":
        (root / "9.png").rename(root / "99.png")
    else:
        Image.new("L", (6, 6), 250).save(root / "x.png")
    decoded(root)
    assert len(folders(root)) == 2


def test_time_and_place_of_files_do_not_count(root):
    decoded(root)
    os.utime(root / "9.png", ns=(1, 1))
    decoded(root.rename(root.with_name("elsewhere")))
    assert len(folders(root)) == 1


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((1200, 900), r"the images are 900x1200, networks take squares\. Set it, for example dataset\.image_size=128$"),
        ((60, 40), r"the images are 40x60, networks take squares\. Set it, for example dataset\.image_size=40$"),
        (
            (1200, 1200),
            r"the images are 1200x1200, which takes much memory and time\. Set it, for example dataset\.image_size=128"
            r"; dataset\.image_size=1200 takes them as they are\.$",
        ),
    ],
)
def test_size_that_is_none_to_train_on_is_refused_before_anything_is_decoded(tmp_path, monkeypatch, size, message):
    (root := tmp_path / "images").mkdir()
    for name in "ab":
        Image.new("RGB", size).save(root / f"{name}.png")
    assert decoded(root, image_size=32).images.shape == (2, 3, 32, 32)
    monkeypatch.setattr(image_cache, "decode_files", refuse)
    with pytest.raises(ConfigError, match=rf"^dataset\.image_size: {message}"):
        decoded(root)
    assert len(folders(root)) == 1


def test_mixed_sizes_become_a_square_of_128_however_small_one_is(tmp_path):
    (root := tmp_path / "images").mkdir()
    for name, size in (("a", (150, 140)), ("b", (160, 140)), ("thumbnail", (40, 32))):
        Image.new("RGB", size).save(root / f"{name}.png")
    result = decoded(root)
    assert (result.images.shape, result.is_mixed, result.num_enlarged) == ((3, 3, 128, 128), True, 1)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_interpolation_is_as_asked_for(root, interpolation):
    image = Image.fromarray(np.arange(24, dtype=np.uint8).reshape(4, 6) * 10)
    image.save(root / "9.png")
    expected = image.resize((12, 8), Image.Resampling[interpolation.upper()]).crop((2, 0, 10, 8))
    result = decoded(root, image_size=8, scaling=Scaling(interpolation)).images[9, 0]
    np.testing.assert_allclose(result.astype(int), np.asarray(expected).astype(int), atol=1)
    assert len(folders(root)) == 1


def test_images_that_are_scaled_otherwise_are_kept_apart(root):
    for scaling in (Scaling(), Scaling("bicubic"), Scaling(crop=7), Scaling(crop=7)):
        decoded(root, image_size=8, scaling=scaling)
    assert len(folders(root)) == 3


def test_one_image_in_color_makes_three_channels(root):
    Image.new("RGB", (6, 4), (1, 2, 3)).save(root / "x.png")
    images = decoded(root).images
    assert images[10, :, 0, 0].tolist() == [1, 2, 3]
    assert images[9, :, 0, 0].tolist() == [180, 180, 180]


def test_damaged_file_has_no_say_in_the_size_of_the_others(root):
    Image.new("RGB", (9, 9), 7).save(root / "5.png")
    (root / "5.png").write_bytes((root / "5.png").read_bytes()[:-30])
    result = decoded(root)
    assert list(result.corrupt) == ["5.png"]
    assert (result.images.shape, result.is_mixed) == ((10, 1, 6, 6), False)
    assert result.images[:, 0, 0, 0].tolist() == [0, 20, 40, 60, 80, 0, 120, 140, 160, 180]


def test_corrupt_files_are_remembered(root, monkeypatch):
    (root / "3.png").write_bytes(b"")
    (root / "5.png").write_bytes((root / "5.png").read_bytes()[:-30])
    first = decoded(root)
    assert sorted(first.corrupt) == ["3.png", "5.png"]
    monkeypatch.setattr(image_cache, "decode_files", refuse)
    assert decoded(root).corrupt == first.corrupt


def test_progress_counts_files(root, monkeypatch):
    monkeypatch.setattr(image_cache, "_CHUNK", 4)
    seen: list[tuple[str, int, int]] = []
    decoded(root, progress=lambda *step: seen.append(step))
    assert seen == [(what, n, 10) for what in ("reading image sizes", "decoding images") for n in (4, 8, 10)]


def test_worker_processes_decode_the_same(root, monkeypatch):
    expected = decoded(root).images
    monkeypatch.setattr(image_cache, "_FEW", 0)
    monkeypatch.setattr(image_cache, "_CHUNK", 3)
    result = decoded(root, workers=2, cache_dir=root.parent / "other")
    np.testing.assert_array_equal(result.images, expected)


def test_a_worker_that_dies_is_said_in_one_line(root, monkeypatch):
    def die(*_: object) -> list[object]:
        raise BrokenProcessPool("terminated abruptly")

    monkeypatch.setattr(image_cache, "_FEW", 0)
    monkeypatch.setattr(image_cache, "_results", die)
    with pytest.raises(
        RunError, match=r"^A process that decodes images died, perhaps for lack of memory\. Try workers=1\.$"
    ):
        decoded(root, workers=2)
    assert folders(root) == []


def test_a_full_disk_leaves_no_half_cache(root, monkeypatch):
    def fail(*_: object) -> list[object]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(image_cache, "decode_files", fail)
    with pytest.raises(OSError, match="No space left on device"):
        decoded(root)
    assert folders(root) == []


def test_the_loser_of_a_race_uses_the_winners_cache(root, monkeypatch):
    fill = image_cache._fill

    def fill_and_lose(draft: Path, *args: object) -> None:
        fill(draft, *args)
        shutil.copytree(draft, draft.with_name(draft.name[1:].split("-")[0]))

    monkeypatch.setattr(image_cache, "_fill", fill_and_lose)
    assert len(decoded(root).images) == 10
    assert len(folders(root)) == 1


def test_two_processes_share_one_cache(root):
    code = f"""
from pathlib import Path
from cnnlab.data.image_folders.listing import list_folder
from cnnlab.data.image_folders.cache import decoded_images
from cnnlab.data.scaling import Scaling
root = Path({str(root)!r})
options = dict(cache_dir=root.parent / "cache", image_size=None, scaling=Scaling(), workers=0, progress=None)
paths = [image.path for image in list_folder(root).images]
print(decoded_images(root, paths, paths, **options).images.sum())
"""
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0] for process in both] == [f"{36 * sum(range(0, 200, 20))}\n"] * 2
    assert len(folders(root)) == 1


def test_a_damaged_cache_is_made_anew(root):
    decoded(root)
    (folder,) = folders(root)
    for content in (b"", b"short", (folder / "images.npy").read_bytes()[:-1]):
        (folder / "images.npy").write_bytes(content)
        assert decoded(root).images[9].max() == 180
    (folder / "meta.json").write_text("{")
    assert decoded(root).images.shape == (10, 1, 6, 6)


def test_leftovers_of_dead_processes_do_no_harm(root):
    (root.parent / "cache/images/.dead-1-ab").mkdir(parents=True)
    assert len(decoded(root).images) == 10


def test_meta_says_where_the_images_come_from(root):
    decoded(root, image_size=5)
    (folder,) = folders(root)
    assert json.loads((folder / "meta.json").read_text()) == {
        "root": str(root), "image_size": 5, "num_images": 10, "is_mixed": False, "num_enlarged": 0, "corrupt": {},
    }  # fmt: skip
