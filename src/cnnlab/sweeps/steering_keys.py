"""The keys that steer a sweep, which every command line is checked by: it loads nothing of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from cnnlab.base.schema import Bound, Positive, PositiveInt
from cnnlab.outputs.limits import MOST_SEEDS

MaxSeeds = Annotated[int, Bound(f"in [2, {MOST_SEEDS}]", low=2, high=MOST_SEEDS)]
OF_TUNING: Mapping[str, Any] = {
    "trials": PositiveInt | None,
    "sampler": Literal["tpe", "random", "cmaes", "grid", "qmc"] | None,
    "per_round": PositiveInt | None,
    "pruner": Literal["median", "hyperband", "none"] | None,
    "storage": str | None,
}
OF_TUNING_ALONE = ("storage", "pruner")
"""Those of them that a fair comparison does not take: all its trials are as long."""
OF_FAIR: Mapping[str, Any] = {"untuned": bool | None}
OF_HALVING: Mapping[str, Any] = {"halving": bool | None, "eta": Literal[2, 3] | None}
OF_SEEDS: Mapping[str, Any] = {
    "until": Literal["decided"] | None,
    "max_seeds": MaxSeeds | None,
    "max_hours": Positive | None,
}
STEERING: Mapping[str, Any] = {**OF_SEEDS, **OF_TUNING, **OF_FAIR, **OF_HALVING}
"""Key -> what its value may be. Runs know nothing of them: `config.rules` refuses them where there is no sweep."""
