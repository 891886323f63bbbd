"""Heads that are solved at once from the features of all training images, mostly by scikit-learn."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnlab.base.errors import ConfigError
from cnnlab.base.randomness import seed_of
from cnnlab.networks.scores import HeadWithLoss
from cnnlab.networks.transfer.squared_hinge import SquaredHinge, solve_machines

RBF_LIMIT = 10_000
"""Training images for kernel=rbf: time and memory grow with their square."""

_MAX_ITERATIONS = 10_000
_BY_PRODUCTS = "use_mm_for_euclid_dist"  # of torch.cdist
_TOLERANCE = 1e-9  # of the gradient of the mean loss; at scikit-learn's 1e-4 and C=100 the objective is 20 % off


class SolvedHead(HeadWithLoss):
    """A head that learns all its weights at once, from the features of the whole training split.

    What it learns are buffers, whose shapes may follow from the data; so it is saved and loaded as every module is.
    """

    solver: str | None = None
    """Module that solves it; its import takes seconds, which do not count as training."""

    def __init__(self) -> None:
        super().__init__()
        self.remark: str | None = None
        """What the user should know of the solution."""

    @abstractmethod
    def learn(self, features: Tensor, targets: Tensor, seed: int) -> None:
        """Set the weights by features float32 (N, D) and targets int64 (N,)."""

    @abstractmethod
    def forward(self, features: Tensor) -> Tensor:
        """Return outputs float32 (N, K) of features (N, D)."""

    def _load_from_state_dict(self, state: dict[str, Any], prefix: str, *args: Any) -> None:
        for name in [name for name in self._buffers if prefix + name in state]:
            setattr(self, name, torch.empty_like(state[prefix + name]))
        super()._load_from_state_dict(state, prefix, *args)


class LinearScores(SolvedHead):
    """One linear function of the features per class, f(x) = W x + b; features are standardised while W is learnt."""

    weight: Tensor
    bias: Tensor

    def __init__(self, num_features: int, num_classes: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(num_classes, num_features))
        self.register_buffer("bias", torch.zeros(num_classes))

    def forward(self, features: Tensor) -> Tensor:
        """Return W x + b, in fp32: in bf16 close decisions would be lost."""
        with torch.autocast(features.device.type, enabled=False):
            return F.linear(features.float(), self.weight, self.bias)

    def _set(self, weights: Tensor, intercepts: Tensor, mean: Tensor, std: Tensor) -> None:
        """Take the solution for standardised features: W (x - mean) / std + b."""
        weights = weights.to(std) / std
        self.weight.copy_(weights)
        self.bias.copy_(intercepts.to(std) - weights @ mean)


class LinearSVM(LinearScores):
    """Linear support vector machines, one class against the rest each.

    min_w 1/2 |w|^2 + C sum_n max(0, 1 - y[n] f(x[n]))^2,  y = 1 for the class, -1 for the rest
    The problem of scikit-learn's LinearSVC (Fan et al. 2008, LIBLINEAR, JMLR 9).

    Args:
        num_features: D.
        num_classes: K. Of two classes there is one machine, and the other's score is its negative.
        C: what an image on the wrong side costs; the smaller, the smaller the weights.
    """

    def __init__(self, num_features: int, num_classes: int, *, C: float) -> None:  # noqa: N803 - its name everywhere
        super().__init__(num_features, num_classes)
        self.num_classes, self.C = num_classes, C

    def learn(self, features: Tensor, targets: Tensor, seed: int) -> None:  # noqa: ARG002 - nothing is drawn
        """Solve all classes' problems."""
        x, mean, std = standardised(features)
        labels = torch.tensor([1] if self.num_classes == 2 else range(self.num_classes), device=targets.device)
        signs = 2.0 * (targets[:, None] == labels).double() - 1
        weights, intercepts, is_solved = solve_machines(x, signs, self.C)
        if not is_solved:
            self.remark = "head     the minimum was not reached; a smaller head.C ends sooner"
        self._set(_both(weights), _both(intercepts), mean, std)

    def loss_fn(self) -> nn.Module:
        """Return the squared hinge loss, without the weights' part."""
        return SquaredHinge()


class LogisticRegression(LinearScores):
    """Softmax over linear functions, with a quadratic penalty.

    min_W 1/2 |W|^2 + C sum_n -log p[n, y[n]],  p = softmax(f(x))    solved with L-BFGS by scikit-learn
    Of two classes there is one function, p[n, 1] = 1 / (1 + exp(-w x - b)), and 1/2 |w|^2 is the penalty.

    Args:
        num_features: D.
        num_classes: K.
        C: weight of the images against the penalty.
    """

    solver = "sklearn.linear_model"

    def __init__(self, num_features: int, num_classes: int, *, C: float) -> None:  # noqa: N803
        super().__init__(num_features, num_classes)
        self.C = C

    def learn(self, features: Tensor, targets: Tensor, seed: int) -> None:
        """Solve for the weights."""
        from sklearn import linear_model

        x, mean, std = standardised(features)
        solver = linear_model.LogisticRegression(
            C=self.C, tol=_TOLERANCE, max_iter=_MAX_ITERATIONS, random_state=_seed_for_numpy(seed)
        )
        self.remark = _fit(solver, x, targets)
        # Of two classes scikit-learn gives the log odds of the second; their halves have the same softmax.
        half = 0.5 if len(solver.coef_) == 1 else 1.0
        weights, intercepts = torch.from_numpy(solver.coef_), torch.from_numpy(solver.intercept_)
        self._set(half * _both(weights), half * _both(intercepts), mean, std)

    def loss_fn(self) -> nn.Module:
        """Return the cross-entropy, without the weights' part."""
        return nn.CrossEntropyLoss()


class KernelSVM(SolvedHead):
    """Support vector machines with a Gaussian kernel, one class against the rest each.

    f(x) = sum_s a[s] exp(-|x - x[s]|^2 / D) + b over the support vectors s, features standardised
    Boser, Guyon, Vapnik 1992, COLT; solved by scikit-learn's SVC

    Args:
        num_classes: K. Of two classes there is one machine, and the other's score is its negative.
        C: what an image on the wrong side costs.
    """

    solver = "sklearn.svm"
    mean: Tensor
    std: Tensor
    support: Tensor
    weight: Tensor
    bias: Tensor

    def __init__(self, num_classes: int, *, C: float) -> None:  # noqa: N803
        super().__init__()
        self.num_classes, self.C = num_classes, C
        for name in ("mean", "std", "support", "weight", "bias"):
            self.register_buffer(name, torch.empty(0))

    def learn(self, features: Tensor, targets: Tensor, seed: int) -> None:
        """Solve all classes' problems, and keep the images that support one.

        Raises:
            ConfigError: there are too many images.
        """
        from sklearn.svm import SVC

        if len(features) > RBF_LIMIT:
            raise ConfigError(
                f"head.kernel: rbf takes up to {RBF_LIMIT:,} training images, got {len(features):,}. "
                "Take fewer with dataset.per_class, or head.kernel=linear."
            )
        x, mean, std = standardised(features)
        machines = [1] if self.num_classes == 2 else range(self.num_classes)
        weight = torch.zeros(len(machines), len(x), dtype=x.dtype)
        bias = torch.zeros(len(machines), dtype=x.dtype)
        for row, label in enumerate(machines):
            solver = SVC(C=self.C, gamma=1 / x.shape[1], cache_size=1000, random_state=_seed_for_numpy(seed))
            solver.fit(x.cpu().numpy(), (targets == label).cpu().numpy())
            weight[row, solver.support_] = torch.from_numpy(solver.dual_coef_[0])
            bias[row] = float(solver.intercept_[0])
        is_support = (weight != 0).any(0)
        self.mean, self.std, self.support, self.weight, self.bias = (
            value.float().to(features.device)
            for value in (mean, std, x[is_support.to(x.device)], _both(weight[:, is_support]), _both(bias))
        )

    def loss_fn(self) -> nn.Module:
        """Return the squared hinge loss, as for the linear machines."""
        return SquaredHinge()

    def forward(self, features: Tensor) -> Tensor:
        """Return f(x) per class, in fp32."""
        with torch.autocast(features.device.type, enabled=False):
            distance = _distances((features.float() - self.mean) / self.std, self.support)
            return F.linear(torch.exp(-distance.square() / features.shape[1]), self.weight, self.bias)


class NearestNeighbours(SolvedHead):
    """The classes of the k training images whose features are nearest; each has one vote.

    Args:
        num_classes: K.
        k: number of neighbours.
        metric: cosine compares directions, euclidean distances.
    """

    features: Tensor
    labels: Tensor

    def __init__(self, num_classes: int, *, k: int, metric: Literal["cosine", "euclidean"]) -> None:
        super().__init__()
        self.num_classes, self.k, self.metric = num_classes, k, metric
        self.register_buffer("features", torch.empty(0))
        self.register_buffer("labels", torch.empty(0, dtype=torch.int64))

    def learn(self, features: Tensor, targets: Tensor, seed: int) -> None:  # noqa: ARG002 - nothing is drawn
        """Keep all features.

        Raises:
            ConfigError: there are fewer than k images.
        """
        if self.k > len(features):
            raise ConfigError(f"head.k: must be <= {len(features)}, the training images, got {self.k}.")
        self.features, self.labels = self._placed(features), targets.clone()

    def loss_fn(self) -> nn.Module:
        """Return the cross-entropy of the shares; none counts as a millionth."""
        return nn.CrossEntropyLoss()

    def forward(self, features: Tensor) -> Tensor:
        """Return the logarithm of each class's share of the votes."""
        with torch.autocast(features.device.type, enabled=False):
            similarity = self._similarity(self._placed(features.float()))
            neighbours = self.labels[similarity.topk(self.k, dim=1).indices]  # (N, k)
            shares = F.one_hot(neighbours, self.num_classes).float().mean(1)
            return shares.clamp_min(1e-6).log()

    def _placed(self, features: Tensor) -> Tensor:
        return F.normalize(features) if self.metric == "cosine" else features.clone()

    def _similarity(self, features: Tensor) -> Tensor:
        if self.metric == "cosine":
            return features @ self.features.T
        return -_distances(features, self.features)


def _distances(features: Tensor, others: Tensor) -> Tensor:
    """Return Euclidean distances (N, M). Torch chooses how by their numbers, which a graph for any number has not."""
    is_traced = torch.compiler.is_compiling()
    return torch.cdist(features, others, compute_mode=_BY_PRODUCTS if is_traced else f"{_BY_PRODUCTS}_if_necessary")


def standardised(features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return features with mean 0 and deviation 1 in each column, and both; a constant column stays constant.

    Shape:
        (N, D) -> (N, D), (D,), (D,), float64.
    """
    x = features.double()
    mean, std = x.mean(0), x.std(0, correction=0)
    std[std < 1e-6 * mean.abs().clamp_min(1e-6)] = 1.0  # what differs less is rounding
    return (x - mean) / std, mean, std


def _fit(solver: Any, x: Tensor, targets: Tensor) -> str | None:
    """Fit one of scikit-learn's solvers; return a remark if it gave up before the end."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        solver.fit(x.cpu().numpy(), targets.cpu().numpy())
    if any(issubclass(warning.category, ConvergenceWarning) for warning in caught):
        return f"head     the solver stopped after {solver.max_iter:,} iterations; a smaller head.C ends sooner"
    return None


def _both(solution: Tensor) -> Tensor:
    """Return one row per class; of two classes there is the second one's alone."""
    return torch.cat((-solution, solution)) if len(solution) == 1 else solution


def _seed_for_numpy(seed: int) -> int:
    return seed_of(seed, "head") % 2**32
