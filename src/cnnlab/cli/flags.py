"""Flags and keys of other tools, for the commands that read their own arguments: what to type here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Place = Literal["first", "same", "last"]
"""Of a word: before all others, where it was typed, or behind all others."""


@dataclass(frozen=True)
class Here:
    """What a flag of another tool is here."""

    words: str | None
    """What is typed in its place, `{}` for its value; empty: nothing is; None: there is nothing like it."""
    place: Place = "same"
    """Where it stands: a run is named first, a pattern last."""
    note: str = ""
    """A sentence about it."""

    @property
    def takes_value(self) -> bool:
        """Whether the word behind the flag is its value."""
        return self.words is None or "{}" in self.words


def _all(names: str, here: Here) -> dict[str, Here]:
    return dict.fromkeys(names.split(), here)


_RUN = {
    **_all("run run_id model weights checkpoint ckpt ckpt_path model_path resume_from_checkpoint", Here("{}", "first")),
    **_all("last latest newest recent", Here("latest", "first")),
    **_all("best best_model", Here("best", "first")),
}
_DEVICE = {**_all("gpu gpus cuda", Here("--device cuda")), **_all("cpu no_cuda", Here("--device cpu"))}
_IMAGES = "image images img imgs input i data folder dir path file files src source test_dir"
_KNOWN_TO_RUN = Here("", note="The run knows how images are read.")
_SHAPES = "imgsz img_size image_size size input_size batch_size batch bs b workers num_workers half fp16"
_WATCHES = Here("", note="It follows by itself until all is done.")
_ASKS = Here("", note="It lists what would be removed, and asks.")

FLAGS: Mapping[str, Mapping[str, Here]] = {
    "resume": {
        **_RUN,
        **_all("resume auto_resume", Here("latest", "first")),
        **_all("epochs max_epochs num_epochs n_epochs initial_epoch e", Here("epochs={}")),
    },
    "report": {
        **_RUN,
        **_all("study name experiment project", Here("{}")),
        **_all("markdown md", Here("--format markdown")),
        **_all("latex tex", Here("--format latex")),
        **_all("failed", Here("status=failed")),
        **_all("running", Here("status=running")),
        **_all("finished done", Here("status=finished")),
        **_all("runs list ls", Here("")),
        **_all("sort sort_by order_by order", Here(None, note="The newest come first, and key=value chooses.")),
        **_all("n limit top head tail max num", Here("--all", note="The newest are shown; --all shows every run.")),
        **_all("csv json out output o save export", Here("", note="comparison.csv lies beside report.html.")),
        **_all("html open web browser show plot", Here("", note="A study's page is its report.html.")),
        **_all("reference base control", Here("--baseline {}")),
    },
    "predict": {
        **_RUN,
        **_DEVICE,
        **_all(_IMAGES, Here("{}")),
        **_all(_SHAPES, _KNOWN_TO_RUN),
        **_all("output out o save_csv to results output_csv out_csv", Here("--csv {}")),
        **_all("probs probabilities proba scores save_txt", Here("--csv predictions.csv")),
        **_all("top topk top_k k", Here("--csv predictions.csv", note="The file has the probability of every class.")),
        **_all("show view save plot visualize save_img", Here("--sheet sheet.png")),
        **_all("kaggle", Here("--submission {}")),
        **_all(
            "conf threshold conf_thres min_score",
            Here(None, note="Every image gets an answer; --csv FILE has the probabilities to set a threshold by."),
        ),
        **_all("tta augment", Here(None, note="Several views of each image are chosen for training: tta=flip.")),
    },
    "inspect": {
        **_RUN,
        **_DEVICE,
        **_all("n num limit max num_images samples", Here("--images {}")),
        **_all("output o to output_dir out_dir save_dir", Here("--out {}")),
        **_all(_SHAPES, _KNOWN_TO_RUN),
        **_all("layer layers method gradcam grad_cam umap pca", Here("", note="The page has all of it.")),
    },
    "export": {
        **_RUN,
        **_all("output out o file path dest destination", Here("--to {}")),
        **_all("onnx", Here("--format onnx")),
        **_all("torchscript jit script pt pt2 torch", Here("--format torch")),
        **_all("safetensors", Here("--format safetensors")),
        **_all("zip", Here("--format cnnlab")),
        **_all("opset dynamic simplify", Here("", note="It takes any number of images anyway.")),
        **_all("half int8 fp16 quantize", Here(None, note="Weights are written in fp32.")),
        **_all("imgsz img_size image_size input_size batch_size batch", _KNOWN_TO_RUN),
    },
    "watch": {
        **_RUN,
        **_all("study name experiment", Here("{}")),
        **_all("interval refresh n every follow f live", _WATCHES),
    },
    "remove": {
        **_RUN,
        **_all("force f y assume_yes no_confirm noconfirm", Here("--yes")),
        **_all("dry_run n list preview", _ASKS),
        **_all("older_than before age", Here("--older {}")),
        **_all("days", Here("--older {}d")),
        **_all("broken crashed errors", Here("--failed")),
        **_all("all", Here("status=finished", note="Those are all that finished; --failed takes the others.")),
    },
    "list": {
        **_all("group option options", Here("{}")),
        **_all("pattern filter grep search", Here("{}", "last")),
        **_all("models model", Here("model")),
        **_all("datasets dataset", Here("dataset")),
        **_all("all a verbose v", Here("", note="The whole list of a group: cnnlab list GROUP.")),
    },
    "data": {
        **_all("dataset root name " + _IMAGES, Here("{}", "first")),
        **_all("output out o", Here("outputs={}")),
    },
    "reproduce": {
        **_all("study name experiment", Here("{}", "first")),
        **_all("list all", Here("")),
    },
}
"""Command -> flag without dashes, in small letters and with `_` -> what it is here."""


def here(command: str, name: str) -> Here | None:
    """Return what a flag or key of another tool is in a command, None if nothing is known of it."""
    return FLAGS.get(command, {}).get(name.lstrip("-").replace("-", "_").lower())


KEYED: Sequence[str] = ("report", "remove", "data", "reproduce")
"""Commands of which key=value is a word."""
