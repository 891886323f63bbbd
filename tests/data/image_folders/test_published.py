"""The real layouts in small, offline: an image's value tells what it is."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from cnnlab.base.downloads import Archive, md5_of
from cnnlab.base.errors import ConfigError
from cnnlab.data import datasets
from cnnlab.data.datasets import DATASETS
from cnnlab.data.image_folders.published import images_root
from cnnlab.data.storage import Storage
from cnnlab.data.stores import Source, Split
from tests.conftest import OFFLINE

pytestmark = pytest.mark.usefixtures("offline")
WNIDS = {"n02124075": 10, "n01443537": 20, "n02002724": 30}  # value of the images; not sorted, as in the published file


def load(name: str, tmp_path: Path, **options: object) -> Source:
    return DATASETS[name](Storage(tmp_path / "data", tmp_path / "cache", None, workers=0), **options)


def save(file: Path, value: int, *, mode: str = "RGB", size: tuple[int, int] = (64, 64)) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode == "L" else (value,) * 3).save(file)


def contents(split: Split | None) -> list[tuple[int, int]]:
    """Return the sorted (value, label) of the images of a split."""
    assert split is not None
    return sorted(zip(split.images[split.rows][:, 0, 0, 0].tolist(), split.labels.tolist()))


@pytest.mark.parametrize(
    ("name", "root", "folder"),
    [
        ("image_folder", "own", "own"),
        ("hymenoptera", "own", "own"),
        ("hymenoptera", None, "data/hymenoptera_data"),
        ("tiny_imagenet", None, "data/tiny-imagenet-200"),
        ("dogs_vs_cats", None, "data/dogs-vs-cats/train"),
        ("dogs_vs_cats", "own", "own/train"),
    ],
)
def test_root_of_the_paths_is_found_without_a_look_at_the_images(tmp_path, name, root, folder):
    given = None if root is None else tmp_path / root
    with pytest.raises(ConfigError, match=r"no folder '\S+'"):
        images_root(name, given, data_dir=tmp_path / "data")
    (tmp_path / folder).mkdir(parents=True)
    assert images_root(name, given, data_dir=tmp_path / "data") == tmp_path / folder


# TinyImageNet


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The published layout: three classes of two and one gray, two test images of each."""
    root = tmp_path / "data/tiny-imagenet-200"
    annotations = []
    for number, (wnid, value) in enumerate(WNIDS.items()):
        for i in range(3):
            save(root / f"train/{wnid}/images/{wnid}_{i}.JPEG", value + i, mode="L" if i == 2 else "RGB")
        (root / f"train/{wnid}/{wnid}_boxes.txt").write_text(f"{wnid}_0.JPEG\t0\t0\t63\t63\n")
        for i in (2 * number, 2 * number + 1):
            save(root / f"val/images/val_{i}.JPEG", value + 5)
            annotations.append(f"val_{i}.JPEG\t{wnid}\t0\t0\t63\t63\n")
    save(root / "test/images/test_0.JPEG", 99)
    (root / "val/val_annotations.txt").write_text("".join(annotations))
    (root / "wnids.txt").write_text("".join(f"{wnid}\n" for wnid in WNIDS))
    words = {
        "n00001740": "entity",
        "n01443537": "goldfish, Carassius auratus",
        "n02002724": "crane",
        "n02124075": "cat",
    }
    (root / "words.txt").write_text("".join(f"{wnid}\t{terms}\n" for wnid, terms in words.items()))
    return root


TRAIN = [(10, 2), (11, 2), (12, 2), (20, 0), (21, 0), (22, 0), (30, 1), (31, 1), (32, 1)]
TEST = [(15, 2), (15, 2), (25, 0), (25, 0), (35, 1), (35, 1)]
COUNT = "9 + 6 images, published are 100,000 + 10,000"


def rearrange(root: Path, folder: str) -> None:
    """Move the test images of the published layout to `val/<wnid>/<folder>`."""
    for number, wnid in enumerate(WNIDS):
        (root / "val" / wnid / folder).mkdir(parents=True)
        for i in (2 * number, 2 * number + 1):
            (root / f"val/images/val_{i}.JPEG").rename(root / "val" / wnid / folder / f"val_{i}.JPEG")


def test_tiny_imagenet_is_read_as_published_and_classes_are_in_the_order_of_their_wnids(tmp_path, tiny):
    source = load("tiny_imagenet", tmp_path)
    assert source.classes == ("goldfish", "crane", "cat")
    assert source.train.images.shape == (15, 3, 64, 64)
    assert (contents(source.train), contents(source.test), source.val) == (TRAIN, TEST, None)
    assert source.notes == (COUNT,)


def test_every_image_of_tiny_imagenet_knows_its_file(tmp_path, tiny):
    source = load("tiny_imagenet", tmp_path)
    assert source.files is not None
    assert source.files[int(source.train.rows[0])] == "train/n01443537/images/n01443537_0.JPEG"
    assert sorted(source.files[row] for row in source.test.rows) == [f"val/images/val_{i}.JPEG" for i in range(6)]


@pytest.mark.parametrize("folder", ["", "images"])
@pytest.mark.parametrize("keeps_annotations", [True, False])
def test_tiny_imagenet_with_class_folders_in_val_is_the_same_data(tmp_path, tiny, folder, keeps_annotations):
    rearrange(tiny, folder)
    if not keeps_annotations:
        (tiny / "val/val_annotations.txt").unlink()
        (tiny / "val/images").rmdir()
    source = load("tiny_imagenet", tmp_path)
    assert (contents(source.train), contents(source.test)) == (TRAIN, TEST)


def test_test_images_of_tiny_imagenet_that_were_copied_count_once(tmp_path, tiny):
    for i, wnid in enumerate(("n02124075", "n02124075", "n01443537")):
        save(tiny / f"val/{wnid}/val_{i}.JPEG", WNIDS[wnid] + 5)
    assert contents(load("tiny_imagenet", tmp_path).test) == TEST


def test_tiny_imagenet_may_lie_elsewhere(tmp_path, tiny):
    elsewhere = tiny.rename(tmp_path / "elsewhere")
    assert contents(load("tiny_imagenet", tmp_path, root=elsewhere).test) == TEST


def test_classes_of_tiny_imagenet_are_wnids_where_there_are_no_words(tmp_path, tiny):
    (tiny / "words.txt").unlink()
    assert load("tiny_imagenet", tmp_path).classes == tuple(sorted(WNIDS))


def test_classes_of_tiny_imagenet_with_one_word_are_told_apart(tmp_path, tiny):
    (tiny / "words.txt").write_text("n01443537\tcrane\nn02124075\tcrane, machine\n")
    assert load("tiny_imagenet", tmp_path).classes == ("crane (n01443537)", "n02002724", "crane (n02124075)")


def test_images_outside_the_class_folders_of_tiny_imagenet_are_counted(tmp_path, tiny):
    save(tiny / "train/stray.JPEG", 1)
    save(tiny / "val/stray.JPEG", 1)
    assert load("tiny_imagenet", tmp_path).notes == ("2 files outside class folders left out", COUNT)


def test_the_archive_of_tiny_imagenet_is_unpacked_where_it_lies(tmp_path, tiny, monkeypatch):
    archive = tmp_path / "data/tiny-imagenet-200.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in tiny.rglob("*"):
            file.write(path, path.relative_to(tmp_path / "data"))
    tiny.rename(tmp_path / "away")
    published = Archive("http://nowhere.invalid/tiny-imagenet-200.zip", "tiny-imagenet-200", md5_of(archive))
    monkeypatch.setattr(datasets, "TINY_IMAGENET", published)
    assert contents(load("tiny_imagenet", tmp_path).train) == TRAIN


def test_offline_the_archive_of_tiny_imagenet_is_named(tmp_path):
    advice = (
        rf"Put tiny-imagenet-200\.zip \(MD5 90528d7ca1a48142e341f4ef8d21d0de\) into {tmp_path}/data, from http://cs"
    )
    with pytest.raises(ConfigError, match=rf"^dataset \(tiny_imagenet\): {OFFLINE} {advice}"):
        load("tiny_imagenet", tmp_path)


def remove(*paths: str):
    def change(root: Path) -> None:
        for path in paths:
            for file in [found for found in root.glob(path) if found.is_file()]:
                file.unlink()

    return change


def write(path: str, text: str):
    return lambda root: (root / path).write_text(text)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            remove("val/images/val_3.JPEG", "val/images/val_4.JPEG"),
            "'{root}/val/val_annotations.txt': it names images that are not in 'val/images': val_3.JPEG, val_4.JPEG.",
        ),
        (
            lambda root: save(root / "val/images/val_9.JPEG", 1),
            "'{root}/val/val_annotations.txt': it does not name these images in 'val/images': val_9.JPEG.",
        ),
        (
            remove("val/val_annotations.txt"),
            "no file '{root}/val/val_annotations.txt', which names the classes of 'val/images'.",
        ),
        (
            write("val/val_annotations.txt", "val_0.JPEG\tn01443537\nval_1.JPEG\n"),
            "'{root}/val/val_annotations.txt' is damaged: line 2 is 'val_1.JPEG'.",
        ),
        (remove("train/n02124075/images/*"), "classes in '{root}/val' without training images: n02124075."),
        (write("wnids.txt", "n02124075\nn7\n"), "classes in '{root}/wnids.txt' without training images: n7."),
        (remove("val/images/*", "val/val_annotations.txt"), "no images in '{root}/val'."),
        (
            lambda root: (root / "val").rename(root / "vla"),
            "no folder '{root}/val'. Unpack the archive again.",
        ),
        (
            remove("train/n0[12][40]*/images/*"),
            "'{root}/train' must hold folders <wnid>/images of two classes or more, got ['n02124075'].",
        ),
    ],
)
def test_damaged_tiny_imagenet_is_explained(tmp_path, tiny, damage, message):
    damage(tiny)
    with pytest.raises(ConfigError, match=r"^dataset \(tiny_imagenet\): ") as caught:
        load("tiny_imagenet", tmp_path)
    assert f"dataset (tiny_imagenet): {message.format(root=tiny)}" in caught.value.problems


def test_of_many_missing_images_of_tiny_imagenet_five_are_named(tmp_path, tiny):
    (tiny / "val/val_annotations.txt").write_text("".join(f"val_{i}.JPEG\tn01443537\t0\n" for i in range(14)))
    with pytest.raises(ConfigError, match=r"not in 'val/images': val_10\.JPEG, .*, val_6\.JPEG and 3 more\.$"):
        load("tiny_imagenet", tmp_path)


def test_corrupt_image_of_tiny_imagenet_is_named_or_skipped(tmp_path, tiny):
    (tiny / "val/images/val_0.JPEG").write_bytes(b"")
    with pytest.raises(
        ConfigError, match=r"^dataset\.root: 1 file cannot be decoded: val/images/val_0\.JPEG \(empty\)"
    ):
        load("tiny_imagenet", tmp_path)
    assert contents(load("tiny_imagenet", tmp_path, skip_corrupt=True).test) == TEST[1:]


# Dogs vs Cats


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Kaggle's training folder in small: three cats, two dogs, of several sizes."""
    train = tmp_path / "data/dogs-vs-cats/train"
    for i in range(3):
        save(train / f"cat.{i}.jpg", 10 + i, size=(40 + i, 30))
    for i in range(2):
        save(train / f"dog.{i}.jpg", 20 + i, size=(30, 50))
    save(train.parent / "test1/1.jpg", 99)
    return train


PETS = [(10, 0), (11, 0), (12, 0), (20, 1), (21, 1)]
PETS_NOTES = (
    "5 images, published are 25,000",
    "the images have several sizes; cut to 128 x 128 (dataset.image_size)",
    "5 of 5 images smaller than 128 x 128, and enlarged to it (dataset.image_size)",
)


def test_cats_and_dogs_are_told_by_their_file_names(tmp_path, pets):
    source = load("dogs_vs_cats", tmp_path)
    assert source.classes == ("cat", "dog")
    assert contents(source.train) == PETS
    assert (source.val, source.test) == (None, None)
    assert source.notes == PETS_NOTES
    assert source.files == ("cat.0.jpg", "cat.1.jpg", "cat.2.jpg", "dog.0.jpg", "dog.1.jpg")


def test_cats_and_dogs_may_lie_elsewhere_with_or_without_a_folder_train(tmp_path, pets):
    elsewhere = pets.parent.rename(tmp_path / "elsewhere")
    for root in (elsewhere, elsewhere / "train"):
        assert contents(load("dogs_vs_cats", tmp_path, root=root).train) == PETS


def test_files_of_other_names_among_cats_and_dogs_are_counted(tmp_path, pets):
    for name in ("bird.0.jpg", "catalogue.1.jpg", "more/cat.7.jpg", "._cat.0.jpg"):
        save(pets / name, 1)
    (pets / "cats.txt").write_text("")
    source = load("dogs_vs_cats", tmp_path)
    assert contents(source.train) == PETS
    assert source.notes == (
        "4 files whose name is not cat.<number>.jpg or dog.<number>.jpg left out",
        "1 of macOS's own left out (._*, __MACOSX)",
        *PETS_NOTES,
    )


def test_without_cats_and_dogs_it_is_said_where_to_get_them(tmp_path):
    message = (
        rf"^dataset \(dogs_vs_cats\): no folder '{tmp_path}/data/dogs-vs-cats/train'\. Get train\.zip from "
        rf"https://www\.kaggle\.com/c/dogs-vs-cats/data, which takes an account, and unpack it into "
        rf"{tmp_path}/data/dogs-vs-cats; or give its place: dataset\.root=path/to/train$"
    )
    with pytest.raises(ConfigError, match=message):
        load("dogs_vs_cats", tmp_path)


@pytest.mark.parametrize("name", ["tiny_imagenet", "dogs_vs_cats", "hymenoptera"])
def test_root_that_is_no_folder_is_named(tmp_path, name):
    with pytest.raises(ConfigError, match=r"^dataset\.root: no folder 'nowhere'\.$"):
        load(name, tmp_path, root=Path("nowhere"))


def test_dogs_alone_are_refused(tmp_path, pets):
    for file in pets.glob("cat.*"):
        file.unlink()
    message = rf"^dataset \(dogs_vs_cats\): no images called cat\.<number>\.jpg in '{pets}'\. Of class folders make "
    with pytest.raises(ConfigError, match=message):
        load("dogs_vs_cats", tmp_path)


def test_corrupt_cat_is_named_or_skipped(tmp_path, pets):
    (pets / "cat.1.jpg").write_bytes(b"no image")
    with pytest.raises(
        ConfigError, match=r"^dataset\.root: 1 file cannot be decoded: cat\.1\.jpg \(text, no image\)\. "
    ):
        load("dogs_vs_cats", tmp_path)
    assert len(load("dogs_vs_cats", tmp_path, skip_corrupt=True).train) == 4


# hymenoptera


@pytest.fixture
def ants_bees(tmp_path: Path) -> Path:
    root = tmp_path / "data/hymenoptera_data"
    for part, value in (("train", 10), ("val", 50)):
        for label, name in enumerate(("ants", "bees")):
            for i in range(2):
                save(root / part / name / f"{i}.jpg", value + 20 * label + i)
    Image.new("P", (9, 9)).save(root / "train/ants/imageNotFound.gif")
    return root


def test_val_of_hymenoptera_is_the_test_split_and_the_gif_is_left_out(tmp_path, ants_bees):
    source = load("hymenoptera", tmp_path)
    assert source.classes == ("ants", "bees")
    assert contents(source.train) == [(10, 0), (11, 0), (30, 1), (31, 1)]
    assert contents(source.test) == [(50, 0), (51, 0), (70, 1), (71, 1)]
    assert source.notes == (
        "folder 'val' is the test split, there is no other",
        "imageNotFound.gif left out, it is none of the photographs",
        "4 + 4 images, published are 244 + 153",
    )


def test_offline_the_archive_of_hymenoptera_is_named(tmp_path):
    advice = (
        rf"Put hymenoptera_data\.zip into {tmp_path}/data, from https://download\.pytorch\.org/tutorial/hymen\S+zip$"
    )
    with pytest.raises(ConfigError, match=rf"^dataset \(hymenoptera\): {OFFLINE} {advice}"):
        load("hymenoptera", tmp_path)


@pytest.mark.parametrize(("old", "new", "got"), [
    ("bees", "wasps", "'ants', 'wasps' in 'test', 'train'"),
    ("val", "later", "'ants', 'bees' in 'train'"),
])  # fmt: skip
def test_other_folders_are_no_hymenoptera(tmp_path, ants_bees, old, new, got):
    for path in [path for path in ants_bees.rglob(old) if path.is_dir()]:
        path.rename(path.with_name(new))
    message = rf"^dataset \(hymenoptera\): '{ants_bees}' must hold ants and bees in train and val, got {got}\. Of other"
    with pytest.raises(ConfigError, match=message):
        load("hymenoptera", tmp_path)


def test_real_hymenoptera_is_as_published(tmp_path, real_data):
    source = load("hymenoptera", tmp_path, root=real_data / "hymenoptera")
    assert source.test is not None
    assert (len(source.train), len(source.test)) == (244, 153)
    assert source.notes == (
        "folder 'val' is the test split, there is no other",
        "imageNotFound.gif left out, it is none of the photographs",
        "the images have several sizes; cut to 128 x 128 (dataset.image_size)",
    )
