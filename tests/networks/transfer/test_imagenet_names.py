import pytest
import yaml
from torchvision.models import resnet, squeezenet, vision_transformer

from cnnlab.networks.transfer.imagenet_names import SHIPPED, read_imagenet_names

NAMES = read_imagenet_names()


def named(name):
    return {NAMES.names[index] for index in NAMES.meant_by(name)}


@pytest.mark.parametrize(
    "weights", [resnet.ResNet18_Weights, squeezenet.SqueezeNet1_1_Weights, vision_transformer.ViT_B_16_Weights]
)
def test_classes_have_the_order_of_torchvisions_weights(weights):
    assert list(NAMES.names) == weights.IMAGENET1K_V1.meta["categories"]


def test_classes_are_in_the_order_of_wordnets_numbers():
    assert list(NAMES.numbers) == sorted(NAMES.numbers)
    assert (NAMES.numbers["n01440764"], NAMES.numbers["n15075141"]) == (0, 999)  # tench, toilet tissue


@pytest.mark.parametrize(
    "written",
    ["golden retriever", "Golden_Retriever", "golden-retriever", "GoldenRetriever", "golden retrievers",
     "n02099601", "n02099601-golden_retriever", "012.golden-retriever"],
)  # fmt: skip
def test_name_is_known_however_it_is_written(written):
    assert named(written) == {"golden retriever"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("ants", "ant"), ("flies", "fly"), ("torches", "torch"), ("abaci", None), ("binocular", "binoculars"),
     ("Brabançon griffon", "Brabancon griffon"), ("jack o lantern", "jack-o'-lantern"), ("n99999999", None),
     ("0", None), ("151", None), ("", None)],
)  # fmt: skip
def test_what_is_no_name_stands_for_nothing(written, meant):
    assert named(written) == ({meant} if meant else set())


def test_group_of_groups_has_the_classes_of_all():
    assert NAMES.meant_by("primate") == NAMES.meant_by("monkey") | NAMES.meant_by("ape") | NAMES.meant_by("lemur")


def test_name_that_people_use_otherwise_goes_before_imagenets():
    assert named("plane") == {"airliner", "warplane"}
    assert {NAMES.names[index] for index in NAMES.meant_in_file("plane")} == {"plane"}


@pytest.mark.parametrize("written", ["crane", "Cranes", "cardigan", "mouse", "mice"])
def test_word_of_two_meanings_stands_for_nothing(written):
    assert named(written) == set()
    assert NAMES.is_ambiguous(written)


def test_unknown_word_is_not_ambiguous():
    assert not NAMES.is_ambiguous("deer")
    assert not NAMES.is_ambiguous("monarch butterfly")


@pytest.mark.parametrize(
    ("entry", "outputs"),
    [("crane bird", {134}), ("Cardigan", {264}), ("cardigan", {474}), (310, {310}), (999, {999}), (1000, set()),
     (-1, set()), (True, set()), (None, set()), (["corn"], set()), ("birds", NAMES.meant_by("bird")), ("mices", set())],
)  # fmt: skip
def test_entry_of_a_file_is_a_name_or_a_number(entry, outputs):
    assert NAMES.meant_in_file(entry) == outputs


def test_no_group_is_listed_twice():
    keys = [name for key in yaml.safe_load((SHIPPED / "groups.yaml").read_text())["groups"] for name in key.split(", ")]
    assert len(set(keys)) == len(keys) == len(NAMES.groups)
