"""What answers about images: a saved run, or a file that one was made into.

Each has the images it takes, the words for its answers, and scores. What only a run knows, a file leaves out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import torch

from cnnlab.building.parts import ImageSpec
from cnnlab.config.run_config import RunConfig
from cnnlab.networks.scores import to_scores
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.exporting.description import Description
from cnnlab.runs.predicting.answer_lines import Wording
from cnnlab.runs.predicting.classification import Picture, Scoring, pick_test_images, scoring
from cnnlab.runs.predicting.classifier import load_classifier
from cnnlab.runs.predicting.own_images import OwnImages, own_images


class Source(ABC):
    """What answers about images.

    Args:
        run_id: of the run.
        images: that it takes.
        wording: of its answers.
        score: what answers.
    """

    def __init__(self, run_id: str, images: ImageSpec, wording: Wording, score: Scoring) -> None:
        self.run_id, self.images, self.wording, self.score = run_id, images, wording, score

    @abstractmethod
    def own_images(self, files: Sequence[Path]) -> OwnImages | None:
        """Return which files are among the run's own images, None where these are not known."""


class SavedRun(Source):
    """A run in its folder: computes in its precision, if this machine multiplies that.

    Args:
        folder: of the run.
        config: of the run.
        device: where to compute, as typed.

    Raises:
        ConfigError, RunError: as `load_classifier`.
    """

    def __init__(self, folder: RunFolder, config: RunConfig, *, device: str) -> None:
        self.folder, self.config = folder, config
        self.trained, self.runtime, wording = load_classifier(folder, config, device=device)
        super().__init__(folder.run_id, self.trained.images, wording, scoring(self.trained, self.runtime))

    def own_images(self, files: Sequence[Path]) -> OwnImages | None:
        """Look for the files among the run's own."""
        return own_images(self.config, self.folder, files)

    def test_pictures(self) -> list[Picture]:
        """Return an image of each class from the run's test split."""
        return pick_test_images(self.config, self.images)


class ExportedModel(Source):
    """A graph that a run was made into: computes in fp32, on the CPU, and knows no folder.

    Args:
        told: of the model, in its file.
        outputs: pixels -> outputs of the network (N, K).
    """

    def __init__(self, told: Description, outputs: Scoring) -> None:
        wording = Wording(told.images.classes, told.scores_are, told.calibration)
        super().__init__(
            told.run_id, told.images, wording,
            lambda pixels: to_scores(torch.from_numpy(outputs(pixels)), told.scores_are).numpy(),
        )  # fmt: skip

    def own_images(self, files: Sequence[Path]) -> None:
        """Return None: the run is not here."""
