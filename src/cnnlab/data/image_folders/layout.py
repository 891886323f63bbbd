"""What the folders of image files say of them: which split and class their place gives them."""

from __future__ import annotations

import itertools
import os
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import printable, quantity
from cnnlab.data.image_folders.decoding import read_header
from cnnlab.data.image_folders.formats import SUFFIXES, plugin_for
from cnnlab.data.image_folders.listing import ImageFile, Listing, list_folder, not_data, quoted, some
from cnnlab.data.image_folders.split_folders import find_splits, first, role_of

_ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zip", ".zst")
_FEW = 100  # folders that are compared with each other


@dataclass(frozen=True)
class Layout:
    """The images of a data set and what their folders say of them."""

    root: Path
    """The folder that the paths start from."""
    images: tuple[ImageFile, ...]
    """Sorted by path."""
    splits: tuple[str, ...]
    """For each image `train`, `val` or `test`."""
    labels: tuple[int, ...]
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def read_layout(root: Path) -> Layout:
    """Find splits and classes: `root/<class>/**/image`, or `root/<split>/<class>/**/image`.

    With a training folder and one other, the other is the test split, whatever it is called.

    Raises:
        ConfigError: the folder holds no such data set; the text says what is missing.
    """
    listing = list_folder(root)
    unreadable = _take_out_unreadable(root, listing)
    splits = find_splits(listing)
    # Folders are few, files many: what is said of a file is looked up by its folder.
    places = {folder: place for folder in listing.num_images if (place := _place(folder, splits.roles)) is not None}
    if problems := _problems(root, listing, set(places.values()), splits.roles):
        raise ConfigError(*problems, *(f"dataset.root: {note}." for note in unreadable))
    classes = tuple(sorted({name for split, name in places.values() if split == "train"}, key=_natural))
    index = {name: label for label, name in enumerate(classes)}
    folders = [image.path.rpartition("/")[0] for image in listing.images]
    if len(places) < len(listing.num_images):
        listing.images = [image for image, folder in zip(listing.images, folders) if folder in places]
        folders = [folder for folder in folders if folder in places]
    labels = {folder: index[name] for folder, (_, name) in places.items()}
    roles = {folder: split for folder, (split, _) in places.items()}
    others = [path for path in listing.others if _place(path.rpartition("/")[0], splits.roles) is not None]
    return Layout(
        root=root,
        images=tuple(listing.images),
        splits=tuple(map(roles.__getitem__, folders)),
        labels=tuple(map(labels.__getitem__, folders)),
        classes=classes,
        notes=(
            *splits.notes,
            *unreadable,
            *_left_out(others),
            *not_data(listing),
            *_look_alikes(classes),
            *_nested(root, listing, splits.roles),
        ),
    )


def _take_out_unreadable(root: Path, listing: Listing) -> list[str]:
    """Take photographs out of a listing that only a package reads which is not installed; say which and what to do."""
    found: dict[str, list[ImageFile]] = {}
    for image in listing.images:
        if (package := plugin_for(image.path)) is not None and not _is_read_otherwise(root / image.path):
            found.setdefault(package, []).append(image)
    gone = {image for images in found.values() for image in images}
    if not gone or len(gone) == len(listing.images):
        return []  # where none would be left, each is named with the reason why it cannot be read
    listing.images = [image for image in listing.images if image not in gone]
    listing.num_images = dict(Counter(image.path.rpartition("/")[0] for image in listing.images))
    return [f"{_photos(images)} left out. To read them: pip install {package}" for package, images in found.items()]


def _photos(images: Sequence[ImageFile]) -> str:
    suffixes = ", ".join(sorted({Path(image.path).suffix.lower() for image in images}))
    return f"{quantity(len(images), 'photo')} ({suffixes})"


def _is_read_otherwise(path: Path) -> bool:
    """Tell whether a file is another image than its name says, such as a JPEG that a telephone calls .heic."""
    try:
        read_header(path)
    except Exception:  # on damaged files Pillow raises nearly anything
        return False
    return True


def _place(folder: str, roles: Mapping[str, str]) -> tuple[str, str] | None:
    """Return split and class of the files in a folder; None outside class folders, which may hold folders in turn.

    Args:
        folder: relative to the root; empty for the root itself.
        roles: the split of each folder in which class folders lie; empty where they lie at the top.
    """
    if not folder:
        return None
    if not roles:
        return "train", printable(first(folder))
    for place, role in roles.items():
        if folder.startswith(f"{place}/"):
            return role, printable(first(folder[len(place) + 1 :]))
    return None


def _problems(root: Path, listing: Listing, places: set[tuple[str, str]], roles: Mapping[str, str]) -> list[str]:
    """Say what is missing: images of a split or a class, training images of a class, a second class.

    Args:
        root: for the message.
        listing: what lies under it.
        places: the (split, class) of all images.
        roles: as of `_place`.
    """
    if not places:
        takes = "It takes <class>/image or train/<class>/image and test/<class>/image."
        meant = _named_by_class(root, listing) or _higher(root)
        return [f"dataset.root: no images in class folders under '{root}'. {takes}{meant}{_packed(listing)}"]
    above = set(roles) or {""}
    folders = sorted(path for path in listing.folders if path.rpartition("/")[0] in above)
    problems, trained = [], {name for split, name in places if split == "train"}
    for folder, role in roles.items():
        names = {name for split, name in places if split == role}
        if not names:
            problems.append(f"dataset.root: no images in class folders under '{root / folder}'.{_packed(listing)}")
        if strange := sorted(names - trained):
            problems.append(f"dataset.root: classes in '{folder}' without training images: {quoted(strange)}.")
    if empty := [path for path in folders if _place(path, roles) not in places]:
        fill = f"Fill or remove it.{_packed(listing)}"
        problems.append(f"dataset.root: no images in class folder {quoted(empty)}. {fill}")
    problems += _alike(root, folders, listing)
    if len(trained) == 1 and not problems:
        takes = f"It takes two folders of images or more.{_deeper(root, folders, listing)}"
        problems.append(f"dataset.root: one class only, {quoted(trained)}. {takes}")
    return problems


def _alike(root: Path, folders: Sequence[str], listing: Listing) -> list[str]:
    """Refuse class folders that hold the same folders: they are splits, or the folders in them are."""
    inside: dict[str, set[str]] = {path: set() for path in folders}
    for path in listing.folders:
        above, _, name = path.rpartition("/")
        if above in inside:
            inside[above].add(name)
    several = {path: names for path, names in inside.items() if len(names) > 1}
    for path, other in itertools.combinations(list(several)[:_FEW], 2):
        if several[path] != several[other] or path.rpartition("/")[0] != other.rpartition("/")[0]:
            continue
        names = sorted(several[path])
        said = f"dataset.root: {quoted([path, other])} hold the same folders, {some(names)}, so they look like splits"
        if all(role_of(name) for name in names):
            return [f"{said} of each class. Put the splits above: train/<class>/image, test/<class>/image."]
        return [
            f"{said}, not classes. Call one of them 'train' and the other one 'test', or give one alone, "
            f"'{root / path}'. If they are classes, put their images right into them."
        ]
    return []


def _deeper(root: Path, folders: Sequence[str], listing: Listing) -> str:
    """Say where the classes may be, if the only class folder holds some, however deep; with a space before it."""
    found = list(folders)
    while len(found) == 1:
        found = sorted(path for path in listing.folders if path.rpartition("/")[0] == found[0])
    if not found:
        return ""
    above, names = found[0].rpartition("/")[0], [path.rpartition("/")[2] for path in found]
    return f" In it are {some(names)}: are these meant? Then give '{root / above}'."


def _higher(root: Path) -> str:
    """Say that a folder whose images lie right in it may be a class, or `<class>/images`; with a space before it."""
    if not _holds_images(root) or root.resolve() == Path.cwd():
        return ""
    for levels, inside in enumerate(("", root.resolve().name), 1):
        try:
            beside = sorted(path.name for path in root.resolve().parents[levels - 1].iterdir() if path.is_dir())
        except (OSError, IndexError):
            return ""
        above = Path(os.path.normpath(root / "/".join([".."] * levels)))
        classes = [name for name in beside if _holds_images(above / name / inside)]
        if len(classes) > 1:
            return f" Its images lie right in it. Is it one class of {some(classes)}? Then give '{above}'."
    return ""


def _holds_images(folder: Path) -> bool:
    """Tell whether images lie right in a folder; of a large one the first files are looked at."""
    try:
        some_files = itertools.islice(folder.iterdir(), _FEW)
        return any(path.suffix.lower() in SUFFIXES for path in some_files)
    except OSError:
        return False


def _named_by_class(root: Path, listing: Listing) -> str:
    """Say which layout has photographs named cat.1.jpg side by side; with a space before it."""
    names = {image.path.rpartition("/")[2].partition(".")[0].lower() for image in listing.images}
    if names != {"cat", "dog"}:
        return ""
    return f" Files that are called cat.1.jpg and dog.1.jpg are read by dataset=dogs_vs_cats dataset.root={root}."


def _nested(root: Path, listing: Listing, roles: Mapping[str, str]) -> list[str]:
    """Ask about a class folder in which images lie in several folders alone: these may be the classes."""
    if roles:
        return []
    of_class: dict[str, list[str]] = {}
    for folder in sorted(listing.num_images):
        of_class.setdefault(first(folder), []).append(folder)
    found = ((name, _parted(name, folders)) for name, folders in of_class.items() if name)
    return [
        f"class '{name}' has its images in folders, {some(parted[1])}: are these the classes? Then give "
        f"'{root / parted[0]}'"
        for name, parted in found
        if parted is not None
    ][:1]


def _parted(place: str, folders: Sequence[str]) -> tuple[str, list[str]] | None:
    """Return where folders with images part below a place, and into which; None if images lie right in them before."""
    while place not in folders:
        names = sorted({first(folder[len(place) + 1 :]) for folder in folders})
        if len(names) > 1:
            return place, names
        place = f"{place}/{names[0]}"
    return None


def _packed(listing: Listing) -> str:
    """Say which archives lie there where images are missing; with a space before it."""
    archives = sorted(path for path in listing.others if path.lower().endswith(_ARCHIVES))
    return f" Unpack first what lies there packed: {some(archives)}." if archives else ""


def _natural(name: str) -> tuple[int, int, str]:
    """Order whole numbers by value, before all other names."""
    return (0, int(name), name) if name.isdecimal() else (1, 0, name)


def _left_out(paths: list[str]) -> list[str]:
    if not paths:
        return []
    count = "1 file that is not an image" if len(paths) == 1 else f"{len(paths):,} files that are not images"
    by_suffix = ", ".join(suffix or "none" for suffix in sorted({Path(path).suffix.lower() for path in paths}))
    return [f"{count} left out, by suffix: {by_suffix}"]


def _look_alikes(classes: Sequence[str]) -> list[str]:
    """Say which classes a person would take for one: `Cat` and `cat`, or `é` as one character and as two."""
    alike: dict[str, list[str]] = {}
    for name in classes:
        alike.setdefault(unicodedata.normalize("NFKC", name).casefold(), []).append(name)
    return [
        f"classes {quoted(names)} differ by case or Unicode form only: are they one?"
        for names in alike.values()
        if len(names) > 1
    ]
