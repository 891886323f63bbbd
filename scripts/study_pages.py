"""docs/studies.md and a page for each study of the reports, from what is kept of those that have ended.

Kept in docs/studies/<study>/, and of arms that were tuned first in <study>_fair/: study.json, results.csv,
comparison.csv, claims.csv and a picture. before.csv has the verdicts of the first measurement, at scale=small over
three seeds.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from claims import STUDIES, Study

from cnnlab.base.texts import duration

ROOT = Path(__file__).parents[1]
DOCS, CONF = ROOT / "docs", ROOT / "conf"
STUDIES_PAGE, KEPT = DOCS / "studies.md", DOCS / "studies"
REAL_WEIGHTS = "On ImageNet's weights"
DECIDED = ("better", "worse", "equal", "holds", "fails")
SIZES = ("images", "epochs", "width", "arms", "seeds", "minutes")
TUNED = "yes"
Row = Mapping[str, str]


@dataclass(frozen=True)
class Measured:
    """What is kept of a study that has ended."""

    folder: Path

    @cached_property
    def claims(self) -> list[Row]:
        return rows(self.folder / "claims.csv")

    @cached_property
    def arms(self) -> list[Row]:
        return rows(self.folder / "comparison.csv")

    @cached_property
    def runs(self) -> list[Row]:
        return rows(self.folder / "results.csv")

    @property
    def seconds(self) -> float:
        return sum(float(run["train_seconds"] or 0) for run in self.runs)

    def validation(self, arm: Row) -> str:
        """Return the mean validation accuracy of an arm in percent."""
        columns = list(arm)
        keys = ["arm"] if "arm" in self.runs[0] else columns[1 : columns.index("metric")]
        own = [run for run in self.runs if all(run[key] == arm[key] for key in keys)]
        known = [float(run["val_accuracy"]) for run in own if run["val_accuracy"]]
        return f"{100 * sum(known) / len(known):.2f}" if known else "–"

    def reported(self, arm: str) -> str:
        """Return what the report says of an arm."""
        told = (json.loads((self.folder / "study.json").read_text(encoding="utf-8"))["reported"] or {}).get(arm, {})
        of_splits = {"training": "train", "validation": "val", "test": "test"}
        known = {name: told.get(f"{key}_accuracy") for name, key in of_splits.items()}
        return ", ".join(f"{name} {100 * value:.2f}" for name, value in known.items() if value is not None)


@dataclass(frozen=True)
class Page:
    """A study of the reports, and what is known of it."""

    study: Study
    size: Row
    before: list[Row]
    """Of the first measurement: a row a claim and rival."""

    @property
    def plain(self) -> Measured | None:
        return measured(self.study.name)

    @property
    def fair(self) -> Measured | None:
        return measured(f"{self.study.name}_fair")

    @property
    def title(self) -> str:
        """Return its number and question."""
        head = (CONF / "experiment" / f"{self.study.name}.yaml").read_text(encoding="utf-8").splitlines()[2]
        return f"{self.study.report}: {head.removeprefix('# ').partition('?')[0]}?"

    def claimed(self) -> list[tuple[str, str, str, str, str]]:
        """Return claim, verdict, difference, seeds and whether arms were tuned, in rows."""
        found = [(self.plain, ""), *([(self.fair, TUNED)] if self.fair else [])]
        told = []
        for of, tuned in found:
            if of is None:
                told += [(says, verdict, text[0], "3, small", "") for says, verdict, text in first(self.before)]
            else:
                told += [(row["claim"], row["verdict"], figures(row), row["seeds"], tuned) for row in of.claims]
        return sorted(told, key=lambda row: [claim.says for claim in self.study.claims].index(row[0]))

    @property
    def has_batch_norm(self) -> bool:
        """Whether an arm has it, and is evaluated otherwise than it was at first."""
        text = (CONF / "experiment" / f"{self.study.name}.yaml").read_text(encoding="utf-8")
        return "/normalization: none" not in text or bool(re.search(r'normalization(=|: ")[\w,]*batch', text))

    def lines(self) -> list[str]:
        """Return the page."""
        return [
            f"# {self.title}", "",
            *([f"{self.study.remark}", ""] if self.study.remark else []),
            *self._measured(self.plain, "", fair=False),
            *(self._measured(self.fair, "## Every arm tuned first", fair=True) if self.fair else []),
            *self._against_before(), "",
            "[All studies](../studies.md)",
        ]  # fmt: skip

    def _measured(self, of: Measured | None, heading: str, *, fair: bool) -> list[str]:
        if of is None:
            return ["Not measured at `scale=half` yet: what follows is from the first measurement.", ""]
        command = in_lines(["cnnlab", *self.study.words(self.size["seeds"], "data", fair=fair)])
        picture = next(of.folder.glob("*.png"), None)
        said = [
            f"- The report: {row['claim']}. **{row['verdict'].capitalize()}** here: {figures(row)}.{still_open(row)}"
            for row in of.claims
        ]
        return [
            *([heading, ""] if heading else []),
            "```bash", *command, "```", "",
            *said, *([""] if said else []),
            *([f"![{self.study.name}: {picture.stem}]({of.folder.name}/{picture.name})", ""] if picture else []),
            *table(of), "",
            f"{len(of.runs)} runs, {duration(of.seconds)} of training while other work went on "
            f"([csv]({of.folder.name}/results.csv){''.join(f'; {line}' for line in machine(self.study.name))}).", "",
        ]  # fmt: skip

    def _against_before(self) -> list[str]:
        if not self.before:
            return []
        lines = ["## Against the first measurement", "", FIRST, ""]
        now = {row["claim"]: row for row in (self.plain.claims if self.plain else [])}
        for says, verdict, texts in first(self.before):
            lines.append(f"- {says}: **{verdict}**, {'; '.join(texts)}.{self._changed(says, verdict, now.get(says))}")
        return lines

    def _changed(self, says: str, verdict: str, now: Row | None) -> str:
        """Say what became of a verdict, and whether the first interval already held today's difference."""
        if now is None:
            return ""
        became = " Now the same" if now["verdict"] == verdict else f" Now **{now['verdict']}**"
        rivals = ("", now["about"].removeprefix("over "))
        known = [row for row in self.before if row["claim"] == says and row["rival"] in rivals and row["difference"]]
        if not known or not now["difference"]:
            return f"{became}."
        was, half = float(known[0]["difference"]), float(known[0]["half_width"])
        if abs(float(now["difference"]) - was) <= half:
            return f"{became}: {plus_minus(now)}, which lies in the first interval; more seeds make it clearer."
        why = "at this scale the difference is not the same"
        why += ", and batch normalization is evaluated differently" if self.has_batch_norm else ""
        return f"{became}: {plus_minus(now)}, outside the first interval: {why}."


FIRST = (
    "At `scale=small`, over three seeds, before batch normalization was evaluated with "
    "[corrected statistics](../batch_norm.md), and with 5 % for each claim alone:"
)


def in_lines(words: Sequence[str]) -> list[str]:
    """Return a command in lines that a shell takes for one."""
    lines = [""]
    for word in map(shlex.quote, words):
        if len(lines[-1]) + len(word) > 76:
            lines.append("   ")
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return [*(f"{line} \\" for line in lines[:-1]), lines[-1]]


def rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def measured(name: str) -> Measured | None:
    return Measured(KEPT / name) if (KEPT / name / "claims.csv").is_file() else None


def still_open(row: Row) -> str:
    """Say what it would take to decide a claim that is open."""
    if row["verdict"] != "open" or not row["about"].startswith("over "):
        return ""
    if not row["needed"]:
        return " No number of seeds that could be trained would show it."
    return f" If that is the difference, {row['needed']} seeds would show it four times in five."


def figures(row: Row) -> str:
    """Say by how much an arm is ahead, and of which; of a gap, between what it lies."""
    about = row["about"] if "about" in row else row["rival"] and f"over {row['rival']}"
    if not row["difference"]:
        return f"{about.removeprefix('over ')} diverged"
    return f"{plus_minus(row)} {about}".rstrip()


def plus_minus(row: Row) -> str:
    half = f" ± {float(row['half_width']):.2f}" if row["half_width"] else ""
    return f"{signed(float(row['difference']))}{half}"


def first(before: Sequence[Row]) -> list[tuple[str, str, list[str]]]:
    """Return claim, verdict and figures of the first measurement, the arm that came closest first."""
    told = []
    for says, group in itertools.groupby(before, key=lambda row: row["claim"]):
        of = sorted(group, key=lambda row: float(row["difference"] or "inf"))
        told.append((says, of[0]["verdict"], [figures(row) for row in of]))
    return told


def table(of: Measured) -> list[str]:
    """Return the arms in the order typed, with what the report says of them."""
    head = ("arm", "seeds", "validation %", "test %", "difference", "verdict", "reported %")
    cells = [
        (
            row["arm"], row["n"], of.validation(row), percent(row["mean"], row["ci_low"], row["ci_high"]),
            points(row), row["verdict"], of.reported(row["arm"]),
        )
        for row in of.arms
    ]  # fmt: skip
    if not any(row[-1] for row in cells):
        head, cells = head[:-1], [row[:-1] for row in cells]
    if "chosen" in of.arms[0]:
        head = (*head, "chose", "untuned %")
        tuned = [
            (row["chosen"] or "–", percent(row["untuned_mean"], row["untuned_ci_low"], row["untuned_ci_high"]))
            for row in of.arms
        ]
        cells = [(*row, *more) for row, more in zip(cells, tuned)]
    rule = "| --- |" + " --: |" * (len(head) - 1)
    return [f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(row)} |" for row in cells)]


def percent(mean: str, low: str, high: str) -> str:
    if not mean:
        return "–"
    half = f" ± {50 * (float(high) - float(low)):.2f}" if low and high else ""
    return f"{100 * float(mean):.2f}{half}"


def signed(value: float) -> str:
    """Return points with their sign, and zero without one that is lost in rounding."""
    return f"{round(value, 2) + 0.0:+.2f}"


def points(row: Row) -> str:
    if not row["difference"]:
        return "–"
    low, high = row["difference_low"], row["difference_high"]
    half = f" ± {50 * (float(high) - float(low)):.2f}" if low and high else ""
    return f"{signed(100 * float(row['difference']))}{half}"


def machine(name: str) -> list[str]:
    """Return what computed a study, and the versions: lines of the results that come along."""
    file = CONF / "results" / f"{name}.csv"
    lines = file.read_text(encoding="utf-8").splitlines()[1:3] if file.is_file() else []
    return [line.removeprefix("# ") for line in lines]


def pages() -> list[Page]:
    """Return the studies in the order of the reports."""
    sizes = {row["study"]: row for row in rows(KEPT / "sizes.csv")}
    before = rows(KEPT / "before.csv")
    return [Page(study, sizes[study.name], [row for row in before if row["study"] == study.name]) for study in STUDIES]


HEAD = """# The reports' claims, measured

What five written-up assignments [claim](study_files.md#the-studies-that-come-with-cnnlab), each from one seed, and what
was found at `scale=half`: the report's network, batch size and schedule, with what two cores compute in half an hour,
on CIFAR-10's images as JPEG, MNIST's test images alone, and with a ResNet-18 of TinyImageNet in place of ImageNet's
networks. Written by `scripts/measure_studies` from the csv files of the studies. Nothing was tuned to agree.

**Of {claims} claims {decided} are decided**: {counts}; {open} open. {progress}

| | the report's claim | verdict | points of test accuracy | seeds | tuned |
|---|---|---|---|--:|---|
"""
WORDS = """
- **better**: the arm that the report prefers is ahead of every arm that it is said to beat; **worse**: one of these is
  ahead of it; **equal**: it is within a point of one of them, and ahead of the rest; **open**: nothing is shown. The
  difference is to the arm that comes closest. An arm that diverges with every seed is worse than any other.
- A gap between training and test images **holds** where its interval is above zero and reaches the report's, **fails**
  where it ends below that.
- Seeds are added until a claim is decided, and verdicts are those of [statistics](statistics.md): 5 % over all looks,
  corrected for the arms of the claim. Where the table below says "5" alone, their number was fixed.
- **tuned**: every arm with the learning rate that twelve trials chose for it ([fair comparisons](fair.md)).

## What was run

Training images of each class, and an estimate of what five seeds of all arms take on two idle cores of an AMD EPYC;
runs that studies share, such as all of A5, are counted once.

| study | images a class | epochs | width | arms | seeds | minutes |
|---|--:|--:|--:|--:|--:|--:|
"""


def progress(known: Sequence[Page]) -> str:
    """Say how many studies have ended, and what they took."""
    ended = [page for page in known if page.plain is not None]
    found = [of for page in known for of in (page.plain, page.fair) if of is not None]
    seconds = {run["run_id"]: float(run["train_seconds"] or 0) for of in found for run in of.runs}
    left = "" if len(ended) == len(known) else " The others stand as they were first measured, at `scale=small`."
    if not ended:
        return f"None of {len(known)} studies has ended at this scale.{left}"
    spent = duration(sum(seconds.values()))
    took = f"{len(seconds):,} runs, two at a time while other work went on, {spent} of training"
    return f"{len(ended)} of {len(known)} studies have ended: {took} ({'; '.join(machine(ended[0].study.name))}).{left}"


def write() -> None:
    """Write all pages."""
    known = pages()
    for page in known:
        (KEPT / f"{page.study.name}.md").write_text("\n".join(page.lines()) + "\n", encoding="utf-8")
    told = [(page, row) for page in known for row in page.claimed()]
    once = [row for _, row in told if row[4] != TUNED]
    counts = {word: sum(row[1] == word for row in once) for word in (*DECIDED, "open")}
    head = HEAD.format(
        claims=len(once),
        decided=sum(counts[word] for word in DECIDED),
        counts=", ".join(f"{counts[word]} {word}" for word in DECIDED if counts[word]),
        open=counts["open"],
        progress=progress(known),
    )
    claimed = [
        f"| [{page.study.report}](studies/{page.study.name}.md) | {says} | **{verdict}** | {text} | {seeds} | {tuned} |"
        for page, (says, verdict, text, seeds, tuned) in told
    ]
    sizes = [
        f"| [{page.study.report}](studies/{page.study.name}.md) {page.study.name} | "
        + " | ".join(page.size[key] or "–" for key in SIZES)
        + " |"
        for page in known
    ]
    _, heading, part = STUDIES_PAGE.read_text(encoding="utf-8").partition(f"\n## {REAL_WEIGHTS}\n")
    text = head + "\n".join(claimed) + "\n" + WORDS + "\n".join(sizes) + "\n"
    STUDIES_PAGE.write_text(text + heading + part, encoding="utf-8")


if __name__ == "__main__":
    write()
