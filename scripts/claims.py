"""What the reports claim, on which data it is asked here, and what a study says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlab.comparison.arms import Arm, find_arm
from cnnlab.comparison.comparing import Comparison
from cnnlab.comparison.judging import answer, question_of
from cnnlab.comparison.labels import plus_minus
from cnnlab.comparison.statistics import ALPHA, SEEDS, Estimate, estimate, estimate_difference, seeds_needed
from cnnlab.comparison.verdicts import BETTER, EQUAL, WORSE, Result

FOLDER = ("dataset=image_folder", "dataset.root={data}/cifar10_jpeg")
CIFAR = (*FOLDER, "dataset.image_size=32")
CATS_DOGS = (*FOLDER, "dataset.classes=[cat,dog]")  # these studies say the size themselves
MNIST = ("dataset.part=test", "data_dir={data}/mnist")
ANTS_BEES = ("dataset=hymenoptera", "dataset.root={data}/hymenoptera")
RESNET = ("backbone=resnet18", "backbone.weights={data}/weights/resnet18_tinyimagenet_fp16.pth")
OPEN = "open"
FAIR = ("fair=optimizer.lr=log(1e-4,1)", "trials=12")


@dataclass(frozen=True)
class Claim:
    """What came of a claim: a row of claims.csv."""

    claim: str
    verdict: str
    """better, worse, equal or open; of a gap holds, fails or open."""
    difference: float | None
    """Points of test accuracy; None: the other arm diverged."""
    half_width: float | None
    """Of their interval."""
    about: str
    """Between what and what."""
    seeds: int
    needed: int | None = None
    """Seeds that would show the difference four times in five, if it is as it was measured; where it is open."""


@dataclass(frozen=True)
class Better:
    """A report says that one arm is ahead of others; none named: of all."""

    says: str
    winner: str
    losers: tuple[str, ...] = ()

    def judge(self, comparison: Comparison) -> Claim:
        """Compare these arms alone, since a claim is a question of its own."""
        arms = [result.arm for result in comparison.results]
        winner = find_arm(arms, self.winner)
        losers = [arm for arm in arms if arm is not winner and (not self.losers or arm.name in self.losers)]
        question = question_of([winner, *losers], winner, margin=_margin(comparison), plan=comparison.study.plan)
        results = [each for each in answer([winner, *losers], question).results if each.arm is not winner]
        word = _word(results)
        undecided = [result for result in results if result.verdict not in (WORSE, EQUAL)]
        closest = max((word == OPEN and undecided) or results, key=_ahead)
        points, half = _points(closest.difference)
        points = None if points is None else -points  # tables have it the other way round
        needed = _needed(closest, comparison, num_tested=len(losers)) if word == OPEN else None
        return Claim(self.says, word, points, half, f"over {comparison.name(closest)}", closest.num_pairs, needed)


@dataclass(frozen=True)
class Gap:
    """A report says that an arm knows its training images better than test images, by so many points."""

    says: str
    arm: str
    points: float

    def judge(self, comparison: Comparison) -> Claim:
        """Compare training and test accuracy run by run."""
        arm = find_arm([result.arm for result in comparison.results], self.arm)
        pairs = [(run.accuracy("train"), run.accuracy("test")) for run in arm.finished]
        train, test = (estimate(values) for values in zip(*pairs))
        gap = estimate_difference([ours - theirs for ours, theirs in pairs], SEEDS)
        about = f"(training {plus_minus(train)} %, test {plus_minus(test)} %)"
        return Claim(self.says, self._word(gap), *_points(gap), about, gap.n)

    def _word(self, gap: Estimate) -> str:
        if gap.low is None or gap.high is None:
            return OPEN
        if 100 * gap.high < self.points:
            return "fails"
        return "holds" if gap.low > 0 else OPEN


@dataclass(frozen=True)
class Study:
    """A study of the reports, the data that stands for the report's, and what the report claims."""

    report: str
    name: str
    overrides: tuple[str, ...]
    claims: tuple[Better | Gap, ...]
    command: tuple[str, ...] = ()
    remark: str = ""
    """What a reader should know of the figures."""
    picture: str = "accuracy"
    """Of those that the comparison draws."""
    is_fair: bool = False
    """Whether it is run once more, every arm with its own learning rate."""

    def words(self, seeds: str, data: str, *, fair: bool = False) -> list[str]:
        """Return what a user types, but for the program.

        Args:
            seeds: five of them, or `5 to 20`: until it is decided, 20 at most.
            data: folder of the data.
            fair: whether every arm is tuned first.
        """
        typed = [*self.command, "-m", f"experiment={self.name}", "scale=half", *self.overrides]
        most = seeds.rpartition(" to ")[2]
        asked = ["until=decided", f"max_seeds={most}"] if " to " in seeds and not fair else []
        if self.claims:
            asked += ["margin=1", *self._baseline()]
        return [word.format(data=data) for word in (*typed, *asked, *(FAIR if fair else ()))]

    def _baseline(self) -> list[str]:
        """Return the word that names the arm of which all is claimed, where there is one."""
        asked = [(claim.winner, *claim.losers) for claim in self.claims if isinstance(claim, Better)]
        common = [arm for arm in (asked or [()])[0] if all(arm in arms for arms in asked)]
        return [f"baseline={quoted(common[0])}" for _ in common[:1]]


def _margin(comparison: Comparison) -> float | None:
    return None if comparison.study.margin is None else comparison.study.margin / 100


def _word(results: Sequence[Result]) -> str:
    """Return what is shown of the arm that differences are to: against all of the others together."""
    verdicts = {WORSE if _has_diverged(result.arm) else result.verdict for result in results}
    if BETTER in verdicts:
        return "worse"
    if verdicts == {WORSE}:
        return "better"
    return "equal" if verdicts <= {WORSE, EQUAL} else OPEN


def _has_diverged(arm: Arm) -> bool:
    """Tell whether an arm diverged with every seed: then it is worse than any other."""
    return arm.count("diverged") == len(arm.runs)


def _ahead(result: Result) -> float:
    """Return by how much an arm is ahead of the one that is claimed to be better."""
    return -1.0 if result.difference is None else result.difference.mean


def _needed(result: Result, comparison: Comparison, *, num_tested: int) -> int | None:
    if result.difference is None:
        return None
    return seeds_needed(result.difference, level=ALPHA / num_tested, floor=1 / (comparison.num_test or 1))


def _points(difference: Estimate | None) -> tuple[float | None, float | None]:
    """Return a difference and half of its interval in points."""
    if difference is None:
        return None, None
    half = difference.half_width
    return 100 * difference.mean, None if half is None else 100 * half


def quoted(name: str) -> str:
    """Return the name of an arm as a word that Hydra reads."""
    return name if name.isidentifier() else f'"{name}"'


def chain(*steps: tuple[str, str, str]) -> tuple[Better, ...]:
    return tuple(Better(says, winner, (loser,)) for says, winner, loser in steps)


STUDIES = (
    Study("A1", "optimizer_study", CIFAR, (Better("Adam is best", "optimizer=adam"),), is_fair=True),
    Study(
        "A2", "normalization_study", CIFAR,
        (Better("batch norm beats dropout", "normalization=batch", ("normalization=dropout",)),),
    ),
    Study("A3", "activation_study", CIFAR, (Better("ReLU is best", "activation=relu"),)),
    Study("A4", "loss_study", CIFAR, (Better("cross-entropy is best", "loss=cross_entropy"),)),
    Study("A5", "best_combination", CIFAR, (), remark="One arm: the report shows its curve, and claims nothing."),
    Study(
        "B1", "mnist_overfit", MNIST,
        (
            Gap("2 points between training and test", "to_the_end", 2),
            Better("to stop early is better", "stopped", ("to_the_end",)),
        ),
    ),
    Study("B2", "mnist_dropout", MNIST, (Better("dropout helps", "normalization=dropout"),)),
    Study(
        "B3", "resnet_scratch", CIFAR,
        (Gap("19 points between training and test", "model.stem=imagenet", 19),),
    ),
    Study(
        "B4", "trainable_layers", (*FOLDER, *RESNET),
        (Better("five layers are best", "last_5", ("last_4", "last_6", "last_5_sgd")),),
        command=("transfer",),
        remark="The ResNet-18 is one of TinyImageNet. At scale=half it sees images of 32 pixels, and fewer of them for "
        "more epochs; at scale=small they were enlarged to 64.",
    ),
    Study(
        "B5", "tiny_training_set", CIFAR,
        chain(
            ("augmentation helps", "augmented", "plain"),
            ("dropout on top of it helps as well", "augmented_dropout", "augmented"),
        ),
    ),
    Study(
        "C4", "metric_losses", (*FOLDER, *RESNET, "dataset.classes=null"),
        (Better("cross-entropy alone is best", "loss=cross_entropy"),),
        command=("transfer",),
        remark="The squared distance to the centres is a sum over 512 features: a tenth of it outweighs the "
        "cross-entropy from the first step on, and the features of all classes fall together.",
    ),
    Study("C5", "cat_dog_optimizers", CATS_DOGS, (Better("Adam is best", "adam"),), is_fair=True),
    Study("C6", "cat_dog_batch_sizes", CATS_DOGS, (Better("batches of 16 are best", "batch_size=16"),)),
    Study("C7", "cat_dog_betas", CATS_DOGS, (Better("(0.9, 0.999) is best", "both"),)),
    Study("C8", "cat_dog_shuffling", CATS_DOGS, (Better("shuffling helps", "dataset.shuffle=true"),)),
    Study(
        "D1", "depth_grid", CIFAR,
        (Better("5 convolutions and 3 linear are best", "model.conv_layers=5 model.linear_layers=3"),),
        picture="heat_maps",
    ),
    Study("D2", "activation_speed", CIFAR, (Better("ReLU is ahead at equal steps", "activation=relu"),)),
    Study("D3", "momentum_study", CIFAR, (Better("momentum helps", "momentum", ("sgd",)),), is_fair=True),
    Study("D4", "adaptive_rate", CIFAR, (Better("Adadelta beats a constant rate", "adadelta"),), is_fair=True),
    Study(
        "D5", "batch_norm_study", CIFAR,
        chain(
            ("batch norm helps after 2 epochs", "normalization=batch epochs=2", "normalization=none epochs=2"),
            ("and after 7 epochs", "normalization=batch epochs=7", "normalization=none epochs=7"),
        ),
    ),
    Study(
        "D7", "ants_bees", (*ANTS_BEES, *RESNET),
        (Better("all weights beat the new layer alone", "transfer.trainable_layers=all"),),
        command=("transfer",),
        remark="The procedure alone: here it is a ResNet-18 of TinyImageNet.",
    ),
    Study(
        "E1", "residual_ablation", CIFAR,
        chain(
            ("batch norm helps", "batch_norm", "plain"),
            ("five blocks are better than four", "five_blocks", "batch_norm"),
            ("six are better than five", "six_blocks", "five_blocks"),
            ("undoubled blocks are better", "six_blocks", "doubled"),
            ("a residual connection helps them", "residual", "doubled"),
            ("scaled by 0.1 it helps more", "scaled", "residual"),
            ("no norm behind the linear layer is better", "scaled", "hidden_norm"),
            ("own mean and deviation help", "own_statistics", "hidden_norm"),
            ("flips and crops help", "flip_crop", "own_statistics"),
        ),
        remark="On CIFAR-10. The report's claims are about validation accuracy.",
    ),
)  # fmt: skip
