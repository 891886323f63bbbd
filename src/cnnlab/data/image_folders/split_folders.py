"""Which folders are the splits of a data set, by the names that people give them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from cnnlab.base.errors import ConfigError
from cnnlab.base.texts import quantity
from cnnlab.data.image_folders.listing import Listing, quoted

_WORDS = {
    "train": "train|training|trainval|trn",
    "val": "val|vali|valid|validation|validating|validate|dev|development",
    "test": "test|testing|tst|eval|evaluation|evaluating|holdout|heldout",
}
# What else stands in such names: training_set, seg_train, Test-Images, val2017, TRAIN_FULL.
_BESIDE = (
    r"(?:datasets?|data|sets?|splits?|images?|imgs?|pictures?|pics?|photos?|samples?|examples?|folder|dir|files?|seg"
    r"|full|resized|cropped|cleaned|labell?ed|classes|subset|part|jpe?g|png|\d+)"
)
_ROLES = {role: re.compile(rf"{_BESIDE}*(?:{words}){_BESIDE}*") for role, words in _WORDS.items()}
_NO_CLASS = re.compile(rf"{_BESIDE}+|unknown|unlabell?ed|unclassified|all")
_APART = re.compile(r"[^a-z0-9]+")


@dataclass
class SplitFolders:
    """Which folders of a listing hold splits."""

    roles: dict[str, str] = field(default_factory=dict)
    """Folder in which class folders lie -> train, val or test; empty where the classes lie at the top."""
    notes: list[str] = field(default_factory=list)


def role_of(name: str) -> str | None:
    """Return which split a folder of this name holds, whatever its case and hyphens; None if the name says none."""
    plain = _APART.sub("", name.lower())
    return next((role for role, pattern in _ROLES.items() if pattern.fullmatch(plain)), None)


def find_splits(listing: Listing) -> SplitFolders:
    """Find the split folders; with a training folder and one other, the other is the test split.

    Raises:
        ConfigError: there is no training folder beside others, a split has two, or there are no class folders.
    """
    top = sorted(path for path in listing.folders if "/" not in path)
    roles = _roles_of(top)
    if "train" not in roles.values():
        if roles and len(roles) == len(top):
            raise ConfigError(f"dataset.root: no folder 'train' beside {quoted(roles)}.")
        return SplitFolders()
    with_folders = {first(path) for path in listing.folders if "/" in path}
    if not any(roles.get(name) == "train" for name in with_folders):
        with_images = {first(folder) for folder in listing.num_images} - {""}
        if len(with_images) > 1 and with_images <= roles.keys():
            raise ConfigError(
                f"dataset.root: {quoted(sorted(with_images))} are splits by their names, and their images lie in no "
                "class folders, so nothing says what they show. It takes train/<class>/image and test/<class>/image."
            )
        return SplitFolders()  # a class that is called train: the images lie right in it
    twice = [name for name, role in roles.items() if list(roles.values()).count(role) > 1]
    if twice:
        raise ConfigError(f"dataset.root: more than one folder for a split: {quoted(twice)}. Leave one.")
    return _chosen(top, roles, listing)


def _chosen(top: list[str], roles: dict[str, str], listing: Listing) -> SplitFolders:
    """Leave out what has no labels or is no split, and go down to where the class folders lie."""
    num_images = listing.num_images
    with_images = {first(folder) for folder in num_images}
    places = {name: _class_level(name, role, listing.folders, num_images.keys()) for name, role in roles.items()}
    others = [name for name in top if name not in roles and name in with_images]
    notes = [f"folder '{name}' left out, it is not a split" for name in others]
    for name in [name for name, role in roles.items() if role != "train"]:
        beside, below = num_images.get(places[name], 0), f"{places[name]}/"
        if beside and not any(folder.startswith(below) for folder in num_images):
            images = quantity(beside, "image")
            notes.append(
                f"folder '{name}' left out, it has no labels: {images} in no class folders (cnnlab predict takes them)"
            )
            del roles[name]
    others = [name for name, role in roles.items() if role != "train"]
    if len(others) == 1:
        if roles[others[0]] == "val":
            notes.append(f"folder '{others[0]}' is the test split, there is no other")
        roles[others[0]] = "test"
    return SplitFolders({places[name]: role for name, role in roles.items()}, notes)


def _roles_of(names: Iterable[str]) -> dict[str, str]:
    """Return the role of each name that has one; else of those that are alike but for it: pets_train, pets_test."""
    names = list(names)
    known = {name: role for name in names if (role := role_of(name)) is not None}
    if "train" in known.values():
        return known
    alike: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for name in names:
        words = [word for word in _APART.split(name.lower()) if word]
        told = [i for i, word in enumerate(words) if role_of(word) is not None]
        if len(told) == 1:
            role = role_of(words[told[0]])
            assert role is not None
            alike[tuple(words[: told[0]] + words[told[0] + 1 :])][name] = role
    return next((group for group in alike.values() if {"train"} < set(group.values())), known)


def _class_level(name: str, role: str, folders: Iterable[str], with_images: Collection[str]) -> str:
    """Return the folder in which the class folders of a split lie: archives hold seg_train/seg_train/<class>."""
    inside = sorted(path for path in folders if path.startswith(f"{name}/"))
    place = name
    while place not in with_images:
        children = [path for path in inside if path.rpartition("/")[0] == place]
        if len(children) != 1:
            return place
        child = children[0].rpartition("/")[2]
        is_no_class = child.lower() == name.lower() or role_of(child) == role or _names_no_class(child)
        has_classes = any(path.startswith(f"{children[0]}/") for path in inside)
        if not is_no_class or (role == "train" and not has_classes):
            return place
        place = children[0]
    return place


def _names_no_class(name: str) -> bool:
    plain = _APART.sub("", name.lower())
    return not plain.isdecimal() and _NO_CLASS.fullmatch(plain) is not None


def first(path: str) -> str:
    """Return the first folder of a path."""
    return path.split("/", 1)[0]
