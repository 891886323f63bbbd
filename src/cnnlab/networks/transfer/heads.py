"""Heads: (num_features, num_classes) -> module on top of a backbone, trained in steps or solved at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from torch import nn

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import Invalid, Positive, PositiveInt, signature
from cnnlab.networks.transfer.solved_heads import (
    KernelSVM,
    LinearSVM,
    LogisticRegression,
    NearestNeighbours,
    SolvedHead,
)


def svm(
    num_features: int,
    num_classes: int,
    *,
    C: Positive = 1.0,  # noqa: N803
    kernel: Literal["linear", "rbf"] = "linear",
) -> SolvedHead:
    """Support vector machines, one class against the rest, squared hinge loss, features standardised."""
    return LinearSVM(num_features, num_classes, C=C) if kernel == "linear" else KernelSVM(num_classes, C=C)


def svm_binary(
    num_features: int,
    num_classes: int,
    *,
    C: Positive = 1.0,  # noqa: N803
    kernel: Literal["linear", "rbf"] = "linear",
) -> SolvedHead:
    """One support vector machine, a class against the rest: dataset.binary=<class>."""
    if num_classes != 2:
        raise ConfigError(
            f"head: svm_binary tells two classes apart, got {num_classes}. "
            "Name one: dataset.binary=<class>, or use head=svm."
        )
    return svm(num_features, num_classes, C=C, kernel=kernel)


def logistic(num_features: int, num_classes: int, *, C: Positive = 1.0) -> SolvedHead:  # noqa: N803
    """Logistic regression with a quadratic penalty, features standardised."""
    return LogisticRegression(num_features, num_classes, C=C)


def knn(
    num_features: int,  # noqa: ARG001
    num_classes: int,
    *,
    k: PositiveInt = 5,
    metric: Literal["cosine", "euclidean"] = "cosine",
) -> SolvedHead:
    """The classes of the k nearest training images, one vote each."""
    return NearestNeighbours(num_classes, k=k, metric=metric)


def linear(num_features: int, num_classes: int) -> nn.Linear:
    """One linear layer, trained in steps."""
    return nn.Linear(num_features, num_classes)


def is_trained(name: str) -> bool:
    """Tell whether the engine trains a head in steps; else it is solved at once. Its factory's signature says which.

    Raises:
        ConfigError: the signature does not say.
    """
    factory = HEADS[name]
    try:
        result = factory if isinstance(factory, type) else signature(factory).return_annotation
    except Invalid as error:
        raise ConfigError(f"head ({name}): {error}.") from error
    if not isinstance(result, type) or not issubclass(result, nn.Module):
        raise ConfigError(
            f"head ({name}): its factory has to say what it returns. Annotate it with -> nn.Linear or another module, "
            "-> SolvedHead if it is solved at once."
        )
    return not issubclass(result, SolvedHead)


HEADS: dict[str, Callable[..., nn.Module]] = {
    "svm": svm,
    "svm_binary": svm_binary,
    "logistic": logistic,
    "knn": knn,
    "linear": linear,
}
