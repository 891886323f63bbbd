"""Studies of any outcome, written as the sweep and its runs write them; nothing is trained."""

from __future__ import annotations

import shlex

import yaml

from cnnlab.comparison.arms import find_arm, read_arms
from cnnlab.comparison.judging import answer, question_of
from cnnlab.outputs.files import METRICS_COLUMNS, RUNS
from cnnlab.outputs.run_folder import SCHEMA, RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.outputs.study_folder import GridRow, Study, StudyFolder

CLASSES = ("cat", "dog")
ENVIRONMENT = {
    "cnnlab": "0.1.0", "python": "3.11", "torch": "2.9", "platform": "Linux", "git_commit": "abc", "git_dirty": False,
    "device": "cpu", "device_name": "a processor", "threads": 2, "precision": "fp32",
    "schema": SCHEMA,
}  # fmt: skip


def write_run(
    run_id,
    *,
    seed=0,
    test=0.9,
    val=None,
    state="finished",
    reason=None,
    epochs=3,
    seconds=2.0,
    num_test=100,
    num_predictions=None,
    num_train=1000,
    majority=0.5,
    environment=None,
    content=None,
    leaked=None,
    watch_test=False,
    **settings,
):
    """Write the files of a run; `settings` are groups and keys as in config.yaml."""
    folder = RunFolder(RUNS / run_id)
    plain = {"dataset": {"name": "digits", "split_seed": 0, "per_class": None}, "optimizer": {"name": "adam"}}
    plain |= {"epochs": epochs, "seed": seed, "device": "auto"} | settings
    folder.write_config(plain, [])
    write_status(folder, state, **({} if reason is None else {"error": reason}))
    folder.write_json("env.json", ENVIRONMENT | (environment or {}))
    has_weights = state == "finished"
    if state in ("finished", "diverged"):
        hits = round(test * num_test) if has_weights else 0
        val = test if val is None else val
        half = num_test // 2
        per_class = {name: {"precision": test, "recall": test, "f1": test, "support": half} for name in CLASSES}
        figures = {"loss": 0.5, "accuracy": test, "majority_accuracy": majority, "per_class": per_class}
        folder.write_json("summary.json", {
            "run_id": run_id, "status": state, "selected_by": "validation accuracy", "best_epoch": epochs,
            "epochs_trained": epochs, "classes": list(CLASSES),
            "images_per_second": 500.0, "train": {"loss": 0.1, "accuracy": 1.0} if has_weights else None,
            "val": {"loss": 0.5, "accuracy": val} if has_weights and val is not False else None,
            "test": figures if has_weights else None, "parameters": 1000, "flops_per_image": 2000,
            "seconds": {"train": seconds, "total": 1.5 * seconds, "first_batch": 0.1},
            "data": {"train": num_train, "val": 50, "test": num_test, "content": content}
            | ({} if leaked is None else {"leaked": leaked}),
        })  # fmt: skip
        if has_weights:
            _write_predictions(folder, num_test if num_predictions is None else num_predictions, hits)
        _write_metrics(folder, epochs, test, seconds, watch_test, is_diverged=not has_weights)
    return folder


def _write_predictions(folder, num_test, hits):
    """The first `hits` images are right; cats and dogs take turns."""
    rows = []
    for index in range(num_test):
        target = CLASSES[index % 2]
        predicted = target if index < hits else CLASSES[1 - index % 2]
        rows.append({"index": index, "target": target, "predicted": predicted, "score_cat": 0.5, "score_dog": 0.5})
    folder.write_rows("predictions.csv", ("index", "target", "predicted", "score_cat", "score_dog"), rows)


def write_answers(folder, predicted, *, targets, scores=None, files=None):
    """Write predictions.csv: c, d and b stand for cat, dog and bird; scores are those of what was predicted."""
    names = {"c": "cat", "d": "dog", "b": "bird"}
    rows = [{"index": i, "target": names[t], "predicted": names[p]} for i, (t, p) in enumerate(zip(targets, predicted))]
    rows = [row | {"score_cat": 0.5, "score_dog": 0.5} for row in rows]
    for row, score in zip(rows, scores or ()):
        row[f"score_{row['predicted']}"] = score
    for row, file in zip(rows, files or ()):
        row["file"] = file
    columns = ("index", "target", "predicted", "score_cat", "score_dog", *(() if files is None else ("file",)))
    folder.write_rows("predictions.csv", columns, rows)


def _write_metrics(folder, epochs, test, seconds, watch_test, *, is_diverged):
    rows = []
    for epoch in range(1, epochs + 1):
        share = epoch / epochs
        row = dict.fromkeys(METRICS_COLUMNS)
        row |= {"epoch": epoch, "lr": 0.1, "train_loss": 1 / epoch, "train_accuracy": share, "val_loss": 2 / epoch}
        row |= {"val_accuracy": test * share, "seconds": seconds / epochs, "images_per_second": 500.0}
        row |= {"test_loss": 3 / epoch, "test_accuracy": test * share} if watch_test else {}
        row |= {"train_loss": float("nan")} if is_diverged and epoch == epochs else {}
        rows.append(row)
    folder.write_rows("metrics.csv", METRICS_COLUMNS, rows)


def write_study(arms, *, name="trial", command="cnnlab -m optimizer=sgd,adam seed=0,1,2", more=None, **about):
    """Write a study and its runs.

    Args:
        arms: name of an arm, such as `optimizer=sgd optimizer.lr=0.1` -> what became of each seed: a test accuracy,
            a state, or `refused: why`.
        more: name of an arm -> further arguments of `write_run`.
        about: what study.json holds beside.
    """
    rows = []
    for number, (arm, outcomes) in enumerate(arms.items()):
        for seed, outcome in enumerate(outcomes):
            run_id = f"{name}-arm{number}-s{seed}"
            settings = _nested(arm) | (more or {}).get(arm, {})
            if isinstance(outcome, str) and outcome.startswith("refused: "):
                rows.append((seed, GridRow(arm, str(seed), "", arm, outcome.removeprefix("refused: "))))
                continue
            rows.append((seed, GridRow(arm, str(seed), run_id, arm)))
            if outcome == "waiting":
                continue
            if isinstance(outcome, str):
                write_run(run_id, seed=seed, state=outcome, **settings)
            else:
                write_run(run_id, seed=seed, test=outcome, **settings)
    return _write_grid(name, command, rows, about)


def write_folds(
    arms, *, folds, sizes=None, name="trial", command="cnnlab -m optimizer=sgd,adam cross_validation=5", **about
):
    """Write a study over folds and its runs.

    Args:
        arms: name of an arm -> the test accuracy of each fold, or its state; fewer than `folds` where some are missing.
        sizes: test images of each fold; None: 100.
        about: what study.json holds beside.
    """
    rows = []
    for number, (arm, outcomes) in enumerate(arms.items()):
        for fold, outcome in enumerate(outcomes, start=1):
            run_id = f"{name}-arm{number}-f{fold}"
            dataset = {"name": "digits", "split_seed": 0, "folds": folds, "fold": fold}
            settings = _nested(arm) | {"dataset": dataset, "num_test": sizes[fold - 1] if sizes else 100}
            ended = {"state": outcome} if isinstance(outcome, str) else {"test": outcome}
            write_run(run_id, **ended, **settings)
            rows.append((fold, GridRow(arm, "0", run_id, arm, fold=str(fold))))
    return _write_grid(name, command, rows, about)


def _write_grid(name, command, rows, about):
    folder = StudyFolder.named(name)
    ordered = [row for _, row in sorted(rows, key=lambda pair: pair[0])]
    folder.write_grid(Study(name, command, **about), ordered)
    return folder


def answered(arms, *, baseline=None, plan=None, margin=None, **more):
    """Write a study, and answer its question."""
    found = read_arms(write_study(arms, **more))
    named = None if baseline is None else find_arm(found, baseline)
    return answer(found, question_of(found, named, margin=margin, plan=plan))


def results_of(arms, **more):
    """Return name of an arm -> what is said of it."""
    return {result.arm.name: result for result in answered(arms, **more).results}


def _nested(arm):
    """`optimizer=sgd optimizer.lr=0.1` -> {"optimizer": {"name": "sgd", "lr": "0.1"}}"""
    plain = {}
    for word in shlex.split(arm):
        key, _, value = word.partition("=")
        group, _, option = key.partition(".")
        if not value:
            continue
        if group in ("optimizer", "activation", "dataset", "model"):
            plain.setdefault(group, {"name": "digits", "split_seed": 0} if group == "dataset" else {"name": "adam"})
            plain[group] = plain[group] | {option or "name": value}
        else:
            plain[key] = yaml.safe_load(value)
    return plain


def folds(*seeds, **changes):
    """Write a run of each of two folds and every seed of an arm; return their folders."""
    names = []
    for seed in seeds:
        for fold in (1, 2):
            dataset = {"name": "digits", "split_seed": 0, "folds": 2, "fold": fold}
            name = f"{changes.get('optimizer', {}).get('name', 'adam')}-{seed}-{fold}"
            names.append(write_run(name, seed=seed, dataset=dataset, num_test=100 + 2 * fold, **changes))
    return names
