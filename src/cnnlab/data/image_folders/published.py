"""The published data sets that come as image files: TinyImageNet, Dogs vs Cats, hymenoptera (ants and bees)."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cnnlab.base.downloads import Archive, fetch_folder
from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import first_names, quantity
from cnnlab.data.image_folders.layout import Layout, read_layout
from cnnlab.data.image_folders.listing import ImageFile, list_folder, not_data, quoted
from cnnlab.data.storage import Storage

TINY_IMAGENET = Archive(
    url="http://cs231n.stanford.edu/tiny-imagenet-200.zip",
    folder="tiny-imagenet-200",
    md5="90528d7ca1a48142e341f4ef8d21d0de",
)
HYMENOPTERA = Archive(
    url="https://download.pytorch.org/tutorial/hymenoptera_data.zip",
    folder="hymenoptera_data",
    md5=None,  # none is published
)
DOGS_VS_CATS_PAGE = "https://www.kaggle.com/c/dogs-vs-cats/data"
DOGS_VS_CATS_FOLDER = "dogs-vs-cats"
CAT_DOG, ANTS_BEES = ("cat", "dog"), ("ants", "bees")
_ANNOTATIONS = "val/val_annotations.txt"
_NAMED = 5  # classes or files in a message; the rest is counted


def find_folder(name: str, archive: Archive, root: Path | None, storage: Storage) -> Path:
    """Return the folder of a data set: `root`, or the archive's where downloads go, downloaded if it is not there.

    Raises:
        ConfigError: there is no folder `root`, or it cannot be downloaded.
    """
    if root is not None:
        if not root.expanduser().is_dir():
            raise ConfigError(f"dataset.root: no folder '{root}'.")
        return root.expanduser()
    folder = storage.data_dir / archive.folder
    if not folder.is_dir():
        fetch_folder(
            name, archive, data_dir=storage.data_dir, progress=storage.progress, is_allowed=storage.may_download
        )
    return folder


def tiny_imagenet_layout(root: Path) -> Layout:
    """Find splits and classes: `train/<wnid>/**/image` is the training split, `val` the test split.

    `val` is as published, `images/image` and `val_annotations.txt`, or has class folders, `<wnid>/**/image`. The
    published test images have no labels. Classes are in the order of their wnids, as every reader of class folders has
    them, and are called by the first word of `words.txt`, by the wnid where there is none.

    Raises:
        ConfigError: a folder is missing or empty, or the images do not fit `wnids.txt` or the annotations.
    """
    train = [(image, _folder_in(image.path)) for image in _images(root, "train")]
    test = _labelled_val(root)
    placed = [(image, wnid) for image, wnid in [*train, *test] if wnid is not None]
    placed.sort(key=lambda pair: pair[0].path)
    wnids = sorted({wnid for _, wnid in train if wnid is not None})
    if problems := _tiny_problems(root, wnids, {wnid for _, wnid in test if wnid is not None}):
        raise ConfigError(*problems)
    index = {wnid: label for label, wnid in enumerate(wnids)}
    layout = Layout(
        root=root,
        images=tuple(image for image, _ in placed),
        splits=tuple("train" if image.path.startswith("train/") else "test" for image, _ in placed),
        labels=tuple(index[wnid] for _, wnid in placed),
        classes=_readable(root / "words.txt", wnids),
        notes=_left_out(len(train) + len(test) - len(placed), "outside class folders"),
    )
    return _compared(layout, train=100_000, test=10_000)


def _images(root: Path, part: str) -> list[ImageFile]:
    """List the images under a part of the root; their paths start from the root."""
    if not (root / part).is_dir():
        raise ConfigError(f"dataset (tiny_imagenet): no folder '{root / part}'. Unpack the archive again.")
    images = list_folder(root / part).images
    return [image._replace(path=f"{part}/{image.path}") for image in images]


def _folder_in(path: str) -> str | None:
    """Return the class folder in `<part>/<class>/**/image`; None where the image lies beside them."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else None


def _labelled_val(root: Path) -> list[tuple[ImageFile, str | None]]:
    """Return the images of `val` with their wnids; None for one that lies beside the class folders.

    Where class folders were filled by copying, what they hold counts once.
    """
    images = [(image, _folder_in(image.path)) for image in _images(root, "val")]
    placed = [(image, folder) for image, folder in images if folder != "images"]
    copied = {_name(image) for image, _ in placed}
    flat = [image for image, folder in images if folder == "images" and _name(image) not in copied]
    if not flat:
        return placed
    wnids = _read_annotations(root / _ANNOTATIONS)
    here = {_name(image) for image in flat}
    problems = []
    if unknown := sorted(here - set(wnids)):
        problems.append(f"it does not name these images in 'val/images': {first_names(unknown, _NAMED)}")
    if missing := sorted(set(wnids) - here - copied):
        problems.append(f"it names images that are not in 'val/images': {first_names(missing, _NAMED)}")
    if problems:
        raise ConfigError(*(f"dataset (tiny_imagenet): '{root / _ANNOTATIONS}': {text}." for text in problems))
    return [*placed, *((image, wnids[_name(image)]) for image in flat)]


def _name(image: ImageFile) -> str:
    return image.path.rpartition("/")[2]


def _read_annotations(path: Path) -> dict[str, str]:
    """Return the wnid of each file; a line is the file, the wnid and a box, with tabs between."""
    if not path.is_file():
        raise ConfigError(f"dataset (tiny_imagenet): no file '{path}', which names the classes of 'val/images'.")
    wnids = {}
    for number, line in enumerate(_lines(path), start=1):
        file, _, rest = line.partition("\t")
        wnids[file] = rest.partition("\t")[0].strip()
        if not wnids[file]:
            raise ConfigError(f"dataset (tiny_imagenet): '{path}' is damaged: line {number} is {line!r}.")
    return wnids


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8", errors="backslashreplace").splitlines() if line.strip()]


def _tiny_problems(root: Path, trained: list[str], tested: set[str]) -> list[str]:
    problems = []
    if len(trained) < 2:
        problems.append(f"'{root / 'train'}' must hold folders <wnid>/images of two classes or more, got {trained}")
    if not tested:
        problems.append(f"no images in '{root / 'val'}'")
    if strange := sorted(tested - set(trained)):
        problems.append(f"classes in '{root / 'val'}' without training images: {first_names(strange, _NAMED)}")
    listed = root / "wnids.txt"
    if listed.is_file() and (missing := sorted({line.strip() for line in _lines(listed)} - set(trained))):
        problems.append(f"classes in '{listed}' without training images: {first_names(missing, _NAMED)}")
    return [f"dataset (tiny_imagenet): {problem}." for problem in problems]


def _readable(words: Path, wnids: list[str]) -> tuple[str, ...]:
    """Return the first of the words for each wnid; with the wnid behind where two have the same."""
    if not words.is_file():
        return tuple(wnids)
    columns = (line.partition("\t") for line in _lines(words))
    firsts = {wnid: terms.split(",")[0].strip() for wnid, _, terms in columns}
    names = [firsts.get(wnid) or wnid for wnid in wnids]
    counts = Counter(names)
    return tuple(name if counts[name] == 1 else f"{name} ({wnid})" for name, wnid in zip(names, wnids))


def dogs_vs_cats_folder(root: Path | None, *, data_dir: Path) -> Path:
    """Return the folder of the training images: `train` in `root`, or `root` itself; or where it belongs by default.

    Raises:
        ConfigError: it is not at its default place; Kaggle lets nobody download it without an account.
    """
    if root is not None:
        return train_folder(root.expanduser())
    folder = data_dir / DOGS_VS_CATS_FOLDER / "train"
    if not folder.is_dir():
        raise ConfigError(
            f"dataset (dogs_vs_cats): no folder '{folder}'. Get train.zip from {DOGS_VS_CATS_PAGE}, which takes an "
            f"account, and unpack it into {folder.parent}; or give its place: dataset.root=path/to/train"
        )
    return folder


def train_folder(root: Path) -> Path:
    """Return the folder of the training images in `root`, or `root` where there is none."""
    return root / "train" if (root / "train").is_dir() else root


def dogs_vs_cats_layout(folder: Path) -> Layout:
    """Find the classes of `cat.0.jpg`, `dog.0.jpg`, ...: all of them are one pool.

    Raises:
        ConfigError: images of a class are missing.
    """
    listing = list_folder(folder)
    matches = [(image, re.match(r"(cat|dog)\.[^/]+\.\w+$", image.path)) for image in listing.images]
    images = [image for image, match in matches if match]
    labels = [CAT_DOG.index(match[1]) for _, match in matches if match]
    if missing := [name for label, name in enumerate(CAT_DOG) if label not in labels]:
        raise ConfigError(
            f"dataset (dogs_vs_cats): no images called {missing[0]}.<number>.jpg in '{folder}'. "
            "Of class folders make dataset=image_folder."
        )
    others = len(listing.images) + len(listing.others) - len(images)
    notes = (*_left_out(others, "whose name is not cat.<number>.jpg or dog.<number>.jpg"), *not_data(listing))
    layout = Layout(folder, tuple(images), ("train",) * len(images), tuple(labels), CAT_DOG, notes)
    return _compared(layout, train=25_000, test=0)


def hymenoptera_layout(root: Path) -> Layout:
    """Find splits and classes as in every image folder: `train/<class>/image`, `val/<class>/image`.

    Raises:
        ConfigError: it is no such folder, or one of other classes.
    """
    layout = _without(read_layout(root), "imageNotFound.gif")  # a picture that says so, among the ants
    if layout.classes != ANTS_BEES or "test" not in layout.splits:
        raise ConfigError(
            f"dataset (hymenoptera): '{root}' must hold ants and bees in train and val, got {quoted(layout.classes)} "
            f"in {quoted(sorted(set(layout.splits)))}. Of other images make dataset=image_folder."
        )
    return _compared(layout, train=244, test=153)


def _without(layout: Layout, name: str) -> Layout:
    """Leave out the images that are called so."""
    kept = [i for i, image in enumerate(layout.images) if _name(image) != name]
    if len(kept) == len(layout.images):
        return layout
    return dataclasses.replace(
        layout,
        notes=(*layout.notes, f"{name} left out, it is none of the photographs"),
        images=tuple(layout.images[i] for i in kept),
        splits=tuple(layout.splits[i] for i in kept),
        labels=tuple(layout.labels[i] for i in kept),
    )


def _compared(layout: Layout, *, train: int, test: int) -> Layout:
    """Note where the images are not as many as were published."""
    counts = Counter(layout.splits)
    if (counts["train"], counts["test"]) == (train, test):
        return layout
    here, published = (_sum(*pair) for pair in ((counts["train"], counts["test"]), (train, test)))
    return dataclasses.replace(layout, notes=(*layout.notes, f"{here} images, published are {published}"))


def _sum(train: int, test: int) -> str:
    return f"{train:,} + {test:,}" if test else f"{train:,}"


def _left_out(count: int, why: str) -> tuple[str, ...]:
    return (f"{quantity(count, 'file')} {why} left out",) if count else ()


def images_root(name: str, root: Path | None, *, data_dir: Path) -> Path:
    """Return the folder that the paths of a data set's images start from. Nothing is listed or downloaded.

    Args:
        name: of a data set of image files.
        root: as the run has it.
        data_dir: where downloads go.

    Raises:
        ConfigError: there is no such folder.
    """
    archive = _ARCHIVES.get(name)
    folder = root if root is not None or archive is None else data_dir / archive.folder
    if name == "dogs_vs_cats":
        folder = dogs_vs_cats_folder(root, data_dir=data_dir)
    if folder is None or not folder.expanduser().is_dir():
        raise ConfigError(f"dataset.root: no folder '{folder}'.")
    return folder.expanduser()


_ARCHIVES = {"tiny_imagenet": TINY_IMAGENET, "hymenoptera": HYMENOPTERA}
LAYOUTS: dict[str, Callable[[Path], Layout]] = {
    "image_folder": read_layout,
    "tiny_imagenet": tiny_imagenet_layout,
    "dogs_vs_cats": lambda root: dogs_vs_cats_layout(train_folder(root)),
    "hymenoptera": hymenoptera_layout,
}
"""Data set -> what it makes of a folder that was given as its root."""
