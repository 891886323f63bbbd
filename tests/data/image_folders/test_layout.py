from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError
from cnnlab.data.image_folders.formats import formats_of
from cnnlab.data.image_folders.layout import read_layout
from tests.data.image_folders.files import touch


def splits_of(root: Path) -> list[str]:
    return sorted(set(read_layout(root).splits))


def test_class_folders_are_one_pool(tmp_path):
    layout = read_layout(touch(tmp_path, "dog/b.jpg", "cat/a.PNG", "dog/deep/er/c.webp"))
    assert [image.path for image in layout.images] == ["cat/a.PNG", "dog/b.jpg", "dog/deep/er/c.webp"]
    assert layout.splits == ("train", "train", "train")
    assert layout.classes == ("cat", "dog")
    assert layout.labels == (0, 1, 1)
    assert layout.notes == ()


@pytest.mark.parametrize("name", ["val", "Valid", "VALIDATION", "dev", "test", "Testing", "eval"])
def test_the_one_folder_beside_train_is_the_test_split(tmp_path, name):
    touch(tmp_path, "Training/a/1.jpg", "Training/b/1.jpg", f"{name}/a/1.jpg", f"{name}/b/1.jpg", "README.md")
    assert splits_of(tmp_path) == ["test", "train"]


def test_validation_as_test_split_is_noted(tmp_path):
    touch(tmp_path, "train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg")
    assert read_layout(tmp_path).notes == ("folder 'val' is the test split, there is no other",)


def test_three_folders_are_three_splits(tmp_path):
    touch(tmp_path, *(f"{split}/{name}/1.jpg" for split in ("train", "val", "test") for name in "ab"))
    assert read_layout(tmp_path).splits == ("test", "test", "train", "train", "val", "val")


def test_a_lone_train_folder_is_one_pool(tmp_path):
    layout = read_layout(touch(tmp_path, "train/a/1.jpg", "train/b/1.jpg"))
    assert (layout.splits, layout.classes) == (("train", "train"), ("a", "b"))


def test_a_class_may_be_called_train_or_test(tmp_path):
    assert read_layout(touch(tmp_path, "train/1.jpg", "plane/1.jpg", "test/1.jpg")).classes == (
        "plane",
        "test",
        "train",
    )


@pytest.mark.skipif("HEIF" in formats_of("a.heic"), reason="pillow-heif is installed")
def test_photos_that_need_a_package_are_left_out_and_told_apart_from_other_files(tmp_path):
    touch(tmp_path, "a/1.jpg", "b/1.jpg", "a/2.heic", "b/2.HEIC", "b/notes.txt")
    Image.new("RGB", (8, 8)).save(tmp_path / "b" / "really.heic", format="JPEG")
    layout = read_layout(tmp_path)
    assert [image.path for image in layout.images] == ["a/1.jpg", "b/1.jpg", "b/really.heic"]
    assert layout.notes == (
        "2 photos (.heic) left out. To read them: pip install pillow-heif",
        "1 file that is not an image left out, by suffix: .txt",
    )


@pytest.mark.skipif("HEIF" in formats_of("a.heic"), reason="pillow-heif is installed")
def test_class_of_such_photos_alone_is_named(tmp_path):
    message = (
        r"^dataset\.root: no images in class folder 'b'\. .*\n.*: 1 photo \(\.heic\) left out\. To read them: pip "
    )
    with pytest.raises(ConfigError, match=message):
        read_layout(touch(tmp_path, "a/1.jpg", "c/1.jpg", "b/2.heic"))


@pytest.mark.parametrize("inside", ["", "/images"])
def test_folder_of_one_class_names_the_folder_of_all(tmp_path, inside):
    root = touch(tmp_path, f"pets/cats{inside}/1.jpg", f"pets/dogs{inside}/1.jpg", "pets/notes/more/1.jpg") / "pets"
    message = rf"Its images lie right in it\. Is it one class of 'cats', 'dogs'\? Then give '{root}'\."
    with pytest.raises(ConfigError, match=message):
        read_layout(root / f"cats{inside}")


@pytest.mark.parametrize("place", ["pets", "all/my/pets"])
def test_class_whose_images_lie_in_folders_is_asked_about(tmp_path, place):
    layout = read_layout(touch(tmp_path, "new/1.jpg", f"{place}/cats/1.jpg", f"{place}/dogs/1.jpg"))
    name = place.partition("/")[0]
    assert layout.classes == tuple(sorted(("new", name)))
    asked = f"class '{name}' has its images in folders, 'cats', 'dogs': are these the classes?"
    assert layout.notes == (f"{asked} Then give '{tmp_path / place}'",)


def test_photos_side_by_side_that_are_called_as_kaggles_name_the_data_set_that_reads_them(tmp_path):
    with pytest.raises(ConfigError, match=r"read by dataset=dogs_vs_cats dataset\.root="):
        read_layout(touch(tmp_path, "cat.0.jpg", "cat.1.jpg", "dog.0.jpg"))


def test_numbers_as_class_names_are_in_natural_order(tmp_path):
    assert read_layout(touch(tmp_path, "10/a.jpg", "2/a.jpg", "x/a.jpg", "1/a.jpg")).classes == ("1", "2", "10", "x")


def test_class_whose_name_is_no_utf8_is_written_as_text(tmp_path):
    for name in (b"caf\xe9", "th\u00e9".encode()):
        folder = os.fsencode(tmp_path) + b"/" + name
        os.mkdir(folder)  # noqa: PTH102 - a Path holds text
        (Path(os.fsdecode(folder)) / "1.jpg").write_bytes(b"")
    assert read_layout(tmp_path).classes == ("caf\\xe9", "thé")


def test_files_that_are_no_images_are_counted_in_class_folders_only(tmp_path):
    touch(tmp_path, "a/1.jpg", "b/1.jpg", "notes.txt")
    assert read_layout(tmp_path).notes == ()
    touch(tmp_path, "a/x.mp4")
    assert read_layout(tmp_path).notes == ("1 file that is not an image left out, by suffix: .mp4",)
    touch(tmp_path, "a/y.mp4", "b/Makefile", "b/Thumbs.DB")
    assert read_layout(tmp_path).notes == ("4 files that are not images left out, by suffix: none, .db, .mp4",)


def test_hidden_files_and_folders_are_ignored(tmp_path):
    layout = read_layout(
        touch(tmp_path, "a/1.jpg", "b/1.jpg", "a/._1.jpg", ".cache/1.jpg", "a/.thumbs/1.jpg", ".DS_Store")
    )
    assert (len(layout.images), layout.classes) == (2, ("a", "b"))


def test_a_folder_beside_the_splits_is_left_out_and_named(tmp_path):
    layout = read_layout(
        touch(tmp_path, "train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg", "unlabeled/1.jpg", "doc/a.txt")
    )
    assert len(layout.images) == 3
    assert layout.notes == ("folder 'unlabeled' left out, it is not a split",)


def test_a_pipe_is_no_image_whatever_its_name(tmp_path):
    touch(tmp_path, "a/1.jpg", "b/1.jpg")
    os.mkfifo(tmp_path / "a" / "2.jpg")
    layout = read_layout(tmp_path)
    assert len(layout.images) == 2
    assert layout.notes == ("1 file that is not an image left out, by suffix: .jpg",)


def test_what_macos_adds_is_left_out_with_a_count(tmp_path):
    touch(tmp_path, "a/1.jpg", "b/1.jpg", "a/._1.jpg", "__MACOSX/a/._1.jpg", ".DS_Store")
    layout = read_layout(tmp_path)
    assert layout.classes == ("a", "b")
    assert layout.notes == ("2 of macOS's own left out (._*, __MACOSX)",)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ((), r"no images in class folders under '.*'\. It takes <class>/image or train/<class>/image"),
        (("1.jpg",), "no images in class folders under"),
        (("a/1.mp4", "b/1.txt"), "no images in class folders under"),
        (("a/1.jpg",), r"one class only, 'a'\. It takes two folders of images or more\.$"),
        (("a/1.jpg", "b/1.jpg", "c/1.txt"), r"no images in class folder 'c'\. Fill or remove it\.$"),
        (("train/a/1.jpg", "train/b/x", "test/a/1.jpg"), r"no images in class folder 'train/b'\."),
        (("train/a/1.jpg", "train/b/1.jpg", "test/c/1.jpg"), r"classes in 'test' without training images: 'c'\.$"),
        (("train/a/1.jpg", "train/b/1.jpg", "test/1.txt"), r"no images in class folders under '.*test'\.$"),
        (
            ("train.zip", "labels.tar.gz", "README"),
            r"no images in class folders under .*\. Unpack first what lies .*: 'labels\.tar\.gz', 'train\.zip'",
        ),
        (
            ("a/1.jpg", "b/1.jpg", "c/c.ZIP"),
            r"no images in class folder 'c'\. Fill or remove it\. Unpack first what lies there packed: 'c/c\.ZIP'\.$",
        ),
        (
            ("deep/cats/1.jpg", "deep/dogs/1.jpg"),
            r"one class only, 'deep'\. .* In it are 'cats', 'dogs': are these meant\? Then give '.*/deep'\.$",
        ),
        (
            ("in/the/deep/cats/1.jpg", "in/the/deep/dogs/1.jpg"),
            r"one class only, 'in'\. .* In it are 'cats', 'dogs': .* Then give '.*/in/the/deep'\.$",
        ),
        (("in/the/deep/1.jpg",), r"one class only, 'in'\. It takes two folders of images or more\.$"),
        (
            ("fit/a/1.jpg", "fit/b/1.jpg", "check/a/1.jpg", "check/b/1.jpg"),
            r"'check', 'fit' hold the same folders, 'a', 'b', so they look like splits, not classes\. Call one of them "
            r"'train' and the other one 'test', or give one alone, '.*/check'\. If they are classes, put their images",
        ),
        (
            ("a/train/1.jpg", "a/test/1.jpg", "b/train/1.jpg", "b/test/1.jpg"),
            r"'a', 'b' hold the same folders, 'test', 'train', so they look like splits of each class\. Put the splits "
            r"above: train/<class>/image, test/<class>/image\.$",
        ),
        (
            ("train/x/a/1.jpg", "train/x/b/1.jpg", "train/y/a/1.jpg", "train/y/b/1.jpg"),
            r"'train/x', 'train/y' hold the same folders, 'a', 'b', so they look like splits, not classes\.",
        ),
        (("test/a/1.jpg", "val/a/1.jpg"), r"no folder 'train' beside 'test', 'val'\.$"),
        (
            ("train/a/1.jpg", "val/a/1.jpg", "dev/a/1.jpg"),
            r"more than one folder for a split: 'dev', 'val'\. Leave one\.$",
        ),
    ],
)
def test_a_folder_that_is_no_data_set_is_refused(tmp_path, files, message):
    with pytest.raises(ConfigError, match=rf"^dataset\.root: {message}"):
        read_layout(touch(tmp_path, *files))


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"^dataset\.root: no folder '.*nowhere'\.$"):
        read_layout(tmp_path / "nowhere")


def test_sixty_thousand_files_are_listed(real_data):
    layout = read_layout(real_data / "cifar10_jpeg")
    assert (layout.splits.count("train"), layout.splits.count("test"), len(layout.classes)) == (50_000, 10_000, 10)


def test_splits_lie_where_the_archives_of_published_sets_put_them(tmp_path):
    for folder in ("seg_train/seg_train", "seg_test/seg_test"):
        touch(tmp_path, f"{folder}/a/1.jpg", f"{folder}/b/1.jpg")
    layout = read_layout(touch(tmp_path, "seg_pred/seg_pred/1.jpg"))
    assert (layout.splits, layout.classes) == (("test", "test", "train", "train"), ("a", "b"))
    assert layout.notes == ("folder 'seg_pred' left out, it is not a split",)


@pytest.mark.parametrize("folder", ["test", "Test/unknown", "testing/testing/all"])
def test_test_folder_without_labels_is_left_out_and_explained(tmp_path, folder):
    touch(tmp_path, "train/a/1.jpg", "train/b/1.jpg", f"{folder}/1.jpg", f"{folder}/2.jpg")
    layout = read_layout(tmp_path)
    assert layout.splits == ("train", "train")
    assert layout.notes == (
        f"folder '{folder.split('/')[0]}' left out, it has no labels: 2 images in no class folders "
        "(cnnlab predict takes them)",
    )


def test_validation_folder_is_the_test_split_where_that_of_the_test_has_no_labels(tmp_path):
    layout = read_layout(touch(tmp_path, "train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg", "test/1.jpg"))
    assert layout.splits == ("train", "train", "test")
    assert layout.notes == (
        "folder 'test' left out, it has no labels: 1 image in no class folders (cnnlab predict takes them)",
        "folder 'val' is the test split, there is no other",
    )


def test_class_folders_with_folders_of_their_own_are_classes(tmp_path):
    layout = read_layout(
        touch(tmp_path, "a/left/1.jpg", "a/right/1.jpg", "b/left/1.jpg", "b/top/1.jpg", "c/left/1.jpg")
    )
    assert layout.classes == ("a", "b", "c")


OWN = ["outputs/runs/net-s0-1/.lock", "kept/x/y/runs/a/.lock", "outputs/runs/net-s0-2/status.json",
       "outputs/lr/study.json", "outputs/lr/a.png",
       "cache/images/0a/images.npy", "cache/features/0a.npy", "old/runs/x/status.json", "copied/config.yaml",
       "copied/status.json", "copied/plots/curves.png", "a/study/study.json", "a/study/runs.csv", "a/study/b.png",
       "mine/cnnlab/hashes/0a.lock", "theirs/features/0.npy"]  # fmt: skip


def test_own_folders_are_never_data(tmp_path):
    layout = read_layout(touch(tmp_path, "a/1.jpg", "b/1.jpg", *OWN))
    assert (layout.classes, len(layout.images)) == (("a", "b"), 2)
    assert layout.notes == (
        "8 folders of cnnlab's own left out: 'a/study', 'cache', 'copied', 'kept/x/y', 'mine/cnnlab' and 3 more",
    )


def test_classes_of_such_names_are_classes(tmp_path):
    names = ("cache", "features", "hashes", "images", "outputs", "runs")
    layout = read_layout(touch(tmp_path, *(f"{name}/{inside}/1.jpg" for name in names for inside in (name, "runs"))))
    assert layout.classes == names


@pytest.mark.parametrize("at", ["", "a/"])
@pytest.mark.parametrize("name", [
    "lost+found", "@eaDir", "$RECYCLE.BIN", "System Volume Information", ".thumbnails",
    ".ipynb_checkpoints", ".Trash-1000", "Thumbnails", "#recycle", ".@__thumb",
])  # fmt: skip
def test_folders_that_systems_make_are_left_out_with_a_count(tmp_path, at, name):
    layout = read_layout(touch(tmp_path, "a/1.jpg", "b/1.jpg", f"{at}{name}/1.jpg", f"b/{name}/deep/1.jpg"))
    assert (layout.classes, len(layout.images)) == (("a", "b"), 2)
    names = ", ".join(f"'{each}'" for each in sorted((f"{at}{name}", f"b/{name}")))
    assert layout.notes == (f"2 folders that systems make left out: {names}",)


def test_folder_of_a_system_that_may_not_be_read_stops_nothing(tmp_path, monkeypatch):
    touch(tmp_path, "a/1.jpg", "b/1.jpg", "lost+found/1.jpg")
    scandir = os.scandir

    def refuse(path):
        if "lost" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert read_layout(tmp_path).notes == ("1 folder that systems make left out: 'lost+found'",)


def test_classes_that_a_person_would_take_for_one_are_told(tmp_path):
    for name in ("Cat", "cat", "caf\u00e9", "cafe\u0301", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").touch()
    assert read_layout(tmp_path).notes == (
        "classes 'Cat', 'cat' differ by case or Unicode form only: are they one?",
        "classes 'cafe\u0301', 'caf\u00e9' differ by case or Unicode form only: are they one?",
    )
