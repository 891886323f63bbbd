"""Data sets on their way."""

from pathlib import Path

import pytest

from cnnlab.sweeps.cluster.shipping import TooLarge, at_the_door, pack_data, unpack_data


@pytest.fixture
def flowers(tmp_path):
    """Return a data set of 2000 bytes and its cache of 1000."""
    folder, cache = tmp_path / "flowers", tmp_path / "cache" / "images" / "key"
    for path, content in ((folder / "rose" / "1.png", b"r" * 1500), (folder / "tulip" / "2.png", b"t" * 500)):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    (folder / ".thumbnails").mkdir()
    (folder / ".thumbnails" / "1.png").write_bytes(b"h" * 9999)
    cache.mkdir(parents=True)
    (cache / "images.npy").write_bytes(b"i" * 1000)
    return folder, cache


def gib(num_bytes):
    return num_bytes / 2**30


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_data_and_its_decoded_images_land_where_runs_look_for_them(flowers, tmp_path):
    folder, cache = flowers
    parcel = pack_data(folder, [cache], limit_gib=gib(3000))
    unpack_data(parcel, tmp_path / "node" / "flowers", tmp_path / "node" / "cache")
    assert content(tmp_path / "node") == {
        "flowers/rose/1.png": b"r" * 1500,
        "flowers/tulip/2.png": b"t" * 500,
        "cache/images/key/images.npy": b"i" * 1000,
    }


def test_decoded_images_stay_behind_where_the_limit_has_no_room(flowers):
    folder, cache = flowers
    assert pack_data(folder, [cache], limit_gib=gib(2999)).caches == {}


def test_data_over_the_limit_is_not_sent(flowers):
    with pytest.raises(TooLarge, match="2000") as error:
        pack_data(flowers[0], [], limit_gib=gib(1999))
    assert error.value.gib == gib(2000)


def test_what_is_there_stays(flowers, tmp_path):
    folder, cache = flowers
    parcel = pack_data(folder, [cache], limit_gib=1)
    before = content(tmp_path)
    (folder / "rose" / "1.png").write_bytes(b"mine")
    unpack_data(parcel, folder, tmp_path / "cache")
    assert content(tmp_path) == before | {"flowers/rose/1.png": b"mine"}


def test_data_that_cannot_be_written_leaves_nothing(flowers, tmp_path):
    parcel = pack_data(flowers[0], [], limit_gib=1)
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory"):
        unpack_data(parcel, tmp_path / "file" / "flowers", tmp_path / "file")


def test_those_who_wait_for_one_data_set_take_turns():
    with at_the_door(Path("/data/flowers")):
        assert not at_the_door(Path("/data/cats")).is_locked
        assert at_the_door(Path("/data/flowers")).lock_file != at_the_door(Path("/data/cats")).lock_file
