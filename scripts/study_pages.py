"""docs/studies.md and a page for each study of the reports, from what is kept of those that have ended.

Kept in docs/studies/<study>/, and of arms that were tuned first in <study>_fair/: study.json, results.csv,
comparison.csv, claims.csv and a picture. before.csv has the verdicts of the first measurement, at scale=small over
three seeds.
"""

from __future__ import annotations

import csv
import itertools
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
        found = [(self.plain, ""), *([(self.fair, "tuned")] if self.fair else [])]
        told = []
        for of, tuned in found:
            if of is None:
                told += [(says, verdict, text[0], "3, small", "") for says, verdict, text in first(self.before)]
            else:
                told += [(row["claim"], row["verdict"], figures(row), row["seeds"], tuned) for row in of.claims]
        return sorted(told, key=lambda row: [claim.says for claim in self.study.claims].index(row[0]))

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
            return ["Not measured at `scale=half` yet: what follows is of the first measurement.", ""]
        command = shlex.join(["cnnlab", *self.study.words(self.size["seeds"], "data", fair=fair)])
        picture = next(of.folder.glob("*.png"), None)
        said = [
            f"- The report: {row['claim']}. **{row['verdict'].capitalize()}** here: {figures(row)}."
            for row in of.claims
        ]
        return [
            *([heading, ""] if heading else []),
            "```bash", command, "```", "",
            *said, *([""] if said else []),
            *([f"![{self.study.name}: {picture.stem}]({of.folder.name}/{picture.name})", ""] if picture else []),
            *table(of.arms), "",
            f"{len(of.runs)} runs, {duration(of.seconds)} of training ([csv]({of.folder.name}/results.csv)). "
            f"{machine(self.study.name)}", "",
        ]  # fmt: skip

    def _against_before(self) -> list[str]:
        if not self.before:
            return []
        lines = ["## Against the first measurement", "", FIRST, ""]
        now = {row["claim"]: row for row in (self.plain.claims if self.plain else [])}
        for says, verdict, texts in first(self.before):
            lines.append(
                f"- {says}: **{verdict}**, {'; '.join(texts)}.{changed(says, verdict, self.before, now.get(says))}"
            )
        return lines


FIRST = (
    "At `scale=small`, over three seeds, before batch normalization was evaluated with "
    "[corrected statistics](../batch_norm.md), and with 5 % for each claim alone:"
)


def rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def measured(name: str) -> Measured | None:
    return Measured(KEPT / name) if (KEPT / name / "claims.csv").is_file() else None


def figures(row: Row) -> str:
    """Say by how much an arm is ahead, and of which."""
    return f"{row['difference']} over {row['about']}" if row["verdict"] not in ("holds", "fails") else gap(row)


def gap(row: Row) -> str:
    return f"{row['difference']} ({row['about']})"


def first(before: Sequence[Row]) -> list[tuple[str, str, list[str]]]:
    """Return claim, verdict and figures of the first measurement, the arm that came closest first."""
    told = []
    for says, group in itertools.groupby(before, key=lambda row: row["claim"]):
        of = sorted(group, key=lambda row: float(row["difference"] or "inf"))
        texts = [f"{lead(row)} over {row['rival']}" if row["rival"] else lead(row) for row in of]
        told.append((says, of[0]["verdict"], texts))
    return told


def lead(row: Row) -> str:
    return f"{float(row['difference']):+.2f} ± {row['half_width']}" if row["difference"] else "diverged"


def changed(says: str, verdict: str, before: Sequence[Row], now: Row | None) -> str:
    """Say what became of a verdict, and whether the first interval already held today's difference."""
    if now is None:
        return ""
    became = " Now the same" if now["verdict"] == verdict else f" Now **{now['verdict']}**"
    same = [row for row in before if row["claim"] == says and row["rival"] in ("", now["about"]) and row["difference"]]
    if not same or not (value := now["difference"].split()[0]).lstrip("+-").replace(".", "").isdigit():
        return f"{became}."
    was, half = float(same[0]["difference"]), float(same[0]["half_width"])
    if abs(float(value) - was) <= half:
        return f"{became}: {now['difference']}, which the first interval held; more seeds tell it better."
    return f"{became}: {now['difference']}, outside the first interval: at this scale the difference is another one."


def table(arms: Sequence[Row]) -> list[str]:
    """Return the arms in the order typed."""
    cells = [
        (
            row["arm"], row["n"], percent(row["mean"], row["ci_low"], row["ci_high"]),
            points(row), row["p_holm"] and f"{float(row['p_holm']):.2g}", row["verdict"],
        )
        for row in arms
    ]  # fmt: skip
    head = ("arm", "seeds", "test %", "difference", "p", "verdict")
    return [
        "| " + " | ".join(head) + " |",
        "| --- |" + " --: |" * 5,
        *(f"| {' | '.join(map(str, row))} |" for row in cells),
    ]


def percent(mean: str, low: str, high: str) -> str:
    if not mean:
        return "–"
    half = f" ± {50 * (float(high) - float(low)):.2f}" if low and high else ""
    return f"{100 * float(mean):.2f}{half}"


def points(row: Row) -> str:
    if not row["difference"]:
        return "–"
    low, high = row["difference_low"], row["difference_high"]
    half = f" ± {50 * (float(high) - float(low)):.2f}" if low and high else ""
    return f"{100 * float(row['difference']):+.2f}{half}"


def machine(name: str) -> str:
    """Return what computed it: a line of the results that come along."""
    file = CONF / "results" / f"{name}.csv"
    lines = file.read_text(encoding="utf-8").splitlines()[1:3] if file.is_file() else []
    return "; ".join(line.removeprefix("# ") for line in lines) + "." if lines else ""


def pages() -> list[Page]:
    """Return the studies in the order of the reports."""
    sizes = {row["study"]: row for row in rows(KEPT / "sizes.csv")}
    before = rows(KEPT / "before.csv")
    return [Page(study, sizes[study.name], [row for row in before if row["study"] == study.name]) for study in STUDIES]


HEAD = """# The reports' claims, measured

What five written-up assignments [claim](study_files.md#those-that-come-along), each from one seed, and what is so at
`scale=half`: the report's network, batch size and schedule, at what two cores compute in half an hour, on CIFAR-10's
images as JPEG, MNIST's test images alone, and a ResNet-18 of TinyImageNet in place of ImageNet's networks. Written by
`scripts/measure_studies` from the csv files of the studies. Nothing was tuned to agree.

**Of {claims} claims {decided} are decided**: {counts}. {ended} of {studies} studies have ended, {runs} runs; the others
stand as they were first measured, at `scale=small`.

| | the report's claim | verdict | points of test accuracy | seeds | |
|---|---|---|---|--:|---|
"""
WORDS = """
- **better**: the arm that the report prefers is ahead of every other one that it is said to be better than; **worse**:
  one of these is ahead of it; **equal**: within a point of one of them, and ahead of the rest; **open**: none is shown.
  The difference stands to the arm that comes closest. An arm that diverges with every seed is worse than any other.
- A gap between training and test images **holds** where its interval is above zero and reaches the report's, **fails**
  where it ends below that.
- Seeds are added until a claim is decided, and verdicts are those of [statistics](statistics.md): 5 % over all looks,
  corrected for the arms of the claim. Where the table below says "5" alone, their number was fixed.
- **tuned**: every arm with the learning rate that twelve trials chose for it ([fair comparisons](fair.md)).

## What was run

| study | images a class | epochs | width | arms | seeds | minutes for five seeds |
|---|--:|--:|--:|--:|--:|--:|
"""


def write() -> None:
    """Write all pages."""
    known = pages()
    for page in known:
        (KEPT / f"{page.study.name}.md").write_text("\n".join(page.lines()) + "\n", encoding="utf-8")
    told = [(page, row) for page in known for row in page.claimed()]
    once = [row for _, row in told if row[4] != "tuned"]
    counts = {word: sum(row[1] == word for row in once) for word in (*DECIDED, "open")}
    ended = [found for page in known for found in (page.plain, page.fair) if found is not None]
    head = HEAD.format(
        claims=len(once),
        decided=sum(counts[word] for word in DECIDED),
        counts=", ".join(f"{count} {word}" for word, count in counts.items() if count),
        ended=sum(page.plain is not None for page in known),
        studies=len(known),
        runs=len({run["run_id"] for found in ended for run in found.runs}),
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
