"""Which groups take part in a run: those of `train`, or of `transfer` those that its procedure and its head need."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.networks.transfer.transfers import TRANSFERS, Transfer

_DEFAULT_HEADS = {"all": "svm", "trained": "linear"}
TRAIN = ("augmentation", "model", "normalization", "activation", "loss", "optimizer", "scheduler")
IsTrained = Callable[[str], bool | None]
_STEPS = ("loss", "optimizer", "scheduler")  # what training in steps takes


def is_transfer(plain: PlainMapping) -> bool:
    """Tell whether a composed configuration is one of `cnnlab transfer`."""
    return plain.get("backbone") is not None


def resolve_transfer(plain: PlainMapping, is_trained: IsTrained) -> tuple[Plain, tuple[str, ...], list[str]]:
    """Fill in the procedure or the head where it is not given, and say what takes part.

    No procedure: `features`. No head: svm, or linear where the backbone is trained too. What takes no part is set to
    None, and where nothing is trained in epochs, `epochs` says so: 1 for a head that is solved at once, 0 for none.

    Args:
        plain: as composed.
        is_trained: says of a head whether it is trained in steps; None where it is not known.

    Returns:
        The configuration, the names of the groups that take part, and the problems found.
    """
    resolved = dict(plain)
    if resolved.get("transfer") is None:
        resolved["transfer"] = {"name": "features"}
    transfer = _description(resolved["transfer"])
    if transfer is None:
        return resolved, ("backbone", "transfer"), []  # of an unknown name: the table will say so
    if resolved.get("head") is None and transfer.heads != "none":
        resolved["head"] = {"name": _DEFAULT_HEADS[transfer.heads]}
    head = _name(resolved.get("head"))
    own = ("backbone", "transfer", "head") if resolved.get("head") is not None else ("backbone", "transfer")
    groups = (*own, *_groups_of_training(transfer, head, is_trained))
    if "optimizer" not in groups:
        resolved["epochs"] = 0 if head is None else 1
    problems = _problems(resolved, transfer, head, is_trained)
    for group in {*TRAIN, "head"} - {*groups}:
        resolved[group] = None
    return resolved, groups, problems


def _groups_of_training(transfer: Transfer, head: str | None, is_trained: IsTrained) -> tuple[str, ...]:
    if head is None or not is_trained(head):  # of an unknown name, the table will say so
        return ()
    return _STEPS if transfer.has_frozen_features else ("augmentation", *_STEPS)


def _description(plain: object) -> Transfer | None:
    """Return what the procedure of that name is, its options aside."""
    name = _name(plain)
    return TRANSFERS[name]() if name in TRANSFERS else None


def _problems(plain: PlainMapping, transfer: Transfer, head: str | None, is_trained: IsTrained) -> list[str]:
    procedure = _name(plain["transfer"])
    problems = []
    if head is not None and transfer.heads == "none":
        problems.append(f"head: transfer={procedure} takes none, the network has its own. Got {head}.")
    if head is not None and transfer.heads == "trained" and is_trained(head) is False:
        problems.append(f"head: transfer={procedure} takes one that is trained in steps, such as linear. Got {head}.")
    if transfer.has_frozen_features and _name(plain.get("augmentation")) not in (None, "none"):
        problems.append(
            f"augmentation: has no effect with transfer={procedure}, where each image passes the backbone once. "
            "Use augmentation=none, or transfer=finetune."
        )
    weights = plain["backbone"].get("weights") if isinstance(plain["backbone"], Mapping) else None
    if transfer.weights == "needed" and weights == "none":
        instead = " Use transfer=scratch to train random ones." if procedure == "finetune" else ""
        problems.append(f"backbone.weights: transfer={procedure} needs some, got none.{instead}")
    if transfer.heads == "none" and _name(plain["backbone"]) == "run":
        problems.append(f"backbone: transfer={procedure} needs a network that tells ImageNet's classes apart, got run.")
    return problems


def _name(plain: object) -> str | None:
    return str(plain.get("name")) if isinstance(plain, Mapping) else None
