import re

import pytest
import torch
import yaml

from cnnlab.base.errors import ConfigError
from cnnlab.data.datasets import STL10
from cnnlab.networks.transfer.torchvision_networks import imagenet_classes
from cnnlab.networks.transfer.zero_shot import SHIPPED, MappedClasses, columns_of

IMAGENET = imagenet_classes("resnet18")
FILES = sorted(SHIPPED.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_name_of_a_shipped_mapping_is_one_of_imagenets(file):
    names = [name for names in yaml.safe_load(file.read_text()).values() for name in names]
    assert [name for name in names if name not in IMAGENET] == []


@pytest.mark.parametrize("file", [file for file in FILES if file.stem != "dogs_vs_cats"], ids=lambda file: file.stem)
def test_no_class_of_imagenet_stands_for_two(file):
    names = [name for names in yaml.safe_load(file.read_text()).values() for name in names]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "classes",
    [STL10, ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
     ("cats", "dogs"), ("cat", "dog"), ("ants", "bees")],
)  # fmt: skip
def test_data_sets_of_the_reports_have_a_mapping(classes):
    columns = columns_of(classes, None, IMAGENET)
    assert len(columns) == len(classes)
    assert {name for name, chosen in zip(classes, columns) if not chosen} <= {"deer"}


def test_dogs_are_the_breeds_of_imagenet():
    (cats, dogs) = columns_of(("cats", "dogs"), None, IMAGENET)
    assert dogs == list(range(151, 269))
    assert cats == list(range(281, 286))


def test_answer_is_what_the_first_answer_of_the_network_stands_for():
    outputs = torch.tensor([[9.0, 1, 0, 0], [0, 9, 8, 0], [1, 0, 0, 9]])
    scores = MappedClasses([[0], [2, 1]])(outputs)
    assert scores.shape == (3, 3)
    assert scores.argmax(1).tolist() == [0, 1, 2]
    torch.testing.assert_close(scores[:, 1], outputs.log_softmax(1)[:, 1:3].amax(1))


def test_class_that_imagenet_lacks_is_never_the_answer():
    scores = MappedClasses([[0], []])(torch.randn(50, 4))
    assert (scores.argmax(1) != 1).all()
    assert scores.isfinite().all()


def test_own_mapping_is_read(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("ear: [corn]\nnothing: []\n")
    assert columns_of(("ear", "nothing"), file, IMAGENET) == [[IMAGENET.index("corn")], []]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ear: [crn]\nb: []", "transfer.mapping: 'crn' is no class of ImageNet. Did you mean 'corn'?"),
        ("b: []", "lacks ear. A class that has none takes []."),
        ("- ear", "is no mapping from classes to lists of ImageNet names."),
        ("ear: corn", "is no mapping from classes to lists of ImageNet names."),
        ("ear: [", "is no mapping from classes to lists of ImageNet names."),
    ],
)
def test_wrong_mapping_is_refused(tmp_path, text, message):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(ConfigError, match=re.escape(message)):
        columns_of(("ear",), tmp_path / "mine.yaml", IMAGENET)


def test_missing_mapping_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"transfer\.mapping: no file '.*mine\.yaml'\."):
        columns_of(("ear",), tmp_path / "mine.yaml", IMAGENET)


def test_classes_without_a_shipped_mapping_are_told_how_to_write_one():
    message = r"none is shipped for the classes 0, 1, only for cifar10, dogs_vs_cats, hymenoptera, stl10\. Write one"
    with pytest.raises(ConfigError, match=message):
        columns_of(("0", "1"), None, IMAGENET)
