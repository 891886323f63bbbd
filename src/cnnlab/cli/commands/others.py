"""Commands that people type who know other tools: what does the same here."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

TAKING: Mapping[str, str] = {
    **dict.fromkeys(("fit", "run", "start", "learn", "training", "classify"), "train"),
    **dict.fromkeys(("compare", "comparison", "results", "show", "status", "runs", "history", "ls"), "report"),
    **dict.fromkeys(("plot", "plots", "draw", "visualize", "curves", "summary", "leaderboard"), "report"),
    **dict.fromkeys(("sweep", "multirun", "grid", "gridsearch", "search", "benchmark"), "-m"),
    **dict.fromkeys(("tuning", "hpo", "hyperopt", "optuna", "optimize", "autotune"), "tune"),
    **dict.fromkeys(("fit_one_cycle", "one_cycle"), "train scheduler=onecycle"),
    **dict.fromkeys(("lr_find", "find_lr", "lr_finder"), "tune find=lr"),
    **dict.fromkeys(("monitor", "follow", "tail", "top", "progress"), "watch"),
    **dict.fromkeys(("infer", "inference", "prediction", "classify_images", "apply"), "predict"),
    **dict.fromkeys(("save", "convert", "deploy", "share"), "export"),
    **dict.fromkeys(("eda", "explore", "analyze", "analyse", "profile", "duplicates", "stats"), "data"),
    **dict.fromkeys(("delete", "rm", "clean", "prune"), "remove"),
    **dict.fromkeys(("continue", "restart", "go_on"), "resume"),
    **dict.fromkeys(("options", "models", "info", "describe", "choices"), "list"),
    **dict.fromkeys(("finetune", "fine_tune", "finetuning"), "transfer transfer=finetune"),
    **dict.fromkeys(("pretrained", "transfer_learning", "features", "vision_learner", "cnn_learner"), "transfer"),
    **dict.fromkeys(("study", "experiment", "experiments", "studies"), "list experiment"),
    "version": "--version",
    "config": "train --cfg job",
    "plan": "train plan=true",
}
"""Command of another tool -> the words of ours, which takes what stands behind it."""

_TESTED = "A run is tested when it ends; see: cnnlab report RUN. On other images: cnnlab predict RUN FOLDER"
_DATA = "Data sets are fetched where they are first used. Those that there are: cnnlab list dataset"
_PAGE = "A sweep leaves a page: open outputs/<study>/report.html"
INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("test", "eval", "evaluate", "validate", "val", "score"), _TESTED),
    **dict.fromkeys(("download", "fetch", "datasets", "prepare"), _DATA),
    **dict.fromkeys(("dashboard", "tensorboard", "ui", "board", "serve"), _PAGE),
    **dict.fromkeys(("init", "setup", "install", "login"), "There is nothing to set up. Type: cnnlab train"),
}
"""Command of another tool -> what is said to those who type it."""


def instead(name: str, rest: Sequence[str]) -> str | None:
    """Return what to type in place of a command, None if nothing is known of it.

    Args:
        name: of the command, of another tool.
        rest: the words behind it.
    """
    plain = name.lower().replace("-", "_")
    if plain == "classify" and list(rest[:1]) in (["train"], ["predict"]):
        return f"Type: {shlex.join(('cnnlab', *rest))}"  # yolo classify train
    if plain in TAKING:
        return f"Type: {shlex.join(('cnnlab', *TAKING[plain].split(), *rest))}"
    return f"{INSTEAD[plain]}." if plain in INSTEAD else None
