import re

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.data.datasets import STL10
from cnnlab.networks.transfer.class_mapping import map_classes
from cnnlab.networks.transfer.imagenet_names import read_imagenet_names

CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def named(classes, file=None):
    return map_classes(classes, file).as_names()


@pytest.fixture
def write(tmp_path):
    def written(text):
        file = tmp_path / "mine.yaml"
        file.write_text(text)
        return file

    return written


@pytest.mark.parametrize(
    ("classes", "lacking"),
    [(STL10, ["deer"]), (CIFAR10, ["deer"]), (("cats", "dogs"), []), (("cat", "dog"), []), (("ants", "bees"), [])],
)
def test_data_sets_of_the_reports_are_mapped(classes, lacking):
    assert map_classes(classes, None).unmapped == lacking


def test_outputs_that_decided_earlier_results_on_stl10_and_cifar10_still_do():
    classes = ("airplane", "bird", "car", "cat", "deer", "dog", "frog", "horse", "monkey", "ship", "truck")
    assert map_classes(classes, None).columns == (
        (404, 895),
        (*range(7, 25), *range(80, 101), *range(127, 147)),
        (407, 436, 468, 511, 609, 627, 656, 661, 751, 817),
        tuple(range(281, 286)),
        (),
        tuple(range(151, 269)),
        (30, 31, 32),
        (339,),
        tuple(range(370, 383)),
        (403, 472, 484, 510, 554, 576, 625, 628, 724, 780, 814, 833, 871, 913, 914),
        (555, 569, 675, 717, 734, 864, 867),
    )


def test_what_stands_for_no_class_is_other():
    mapping = map_classes(("bees", "ants"), None)
    assert mapping.answers == ("bees", "ants", "other")
    bees, ants, rest = mapping.answer_columns
    assert (bees, ants) == ([309], [310])
    assert rest == [index for index in range(1000) if index not in (309, 310)]
    assert mapping.mapped == [0, 1]


@pytest.mark.parametrize("own", ["other", "rest"])
def test_class_of_the_data_set_that_is_the_rest_takes_it(own):
    mapping = map_classes(("ant", own, "bee"), None)
    assert mapping.answers == ("ant", own, "bee")
    assert len(mapping.answer_columns[1]) == 998
    assert (mapping.mapped, mapping.unmapped) == ([0, 1, 2], [])
    assert mapping.as_names() == {"ant": ["ant"], "bee": ["bee"]}


def test_class_of_imagenet_goes_to_the_name_that_stands_for_the_fewest():
    found = named(("animals", "dog", "poodle", "toy_poodle"))
    assert (found["toy_poodle"], found["poodle"]) == (["toy poodle"], ["miniature poodle", "standard poodle"])
    assert len(found["dog"]) == 115


def test_names_of_the_same_are_ambiguous():
    mapping = map_classes(("cat", "ant", "cats", "crane"), None)
    assert mapping.as_names() == {"cat": [], "ant": ["ant"], "cats": [], "crane": []}
    assert mapping.ambiguous == ("cat", "cats", "crane")
    assert mapping.unmapped == ["cat", "cats", "crane"]


def test_all_of_imagenet_leaves_nothing_to_be_other():
    mapping = map_classes(tuple(read_imagenet_names().numbers), None)
    assert mapping.answer_columns == [*([index] for index in range(1000)), []]


def test_file_has_the_last_word_on_its_classes_and_none_on_others(write):
    file = write("cow: [ox, 346]\nmouse: [mouse]\nbee: []\ncat: [tabby, no class]\nsnail: [insect]\n")
    found = named(("ant", "bee", "cow", "mouse"), file)
    assert found == {"ant": ["ant"], "bee": [], "cow": ["ox", "water buffalo"], "mouse": ["mouse"]}


def test_file_takes_what_a_name_would_have(write):
    found = named(("dog", "hound"), write("hound: [beagle, basset]"))
    assert found["hound"] == ["basset", "beagle"]
    assert len(found["dog"]) == 116


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ear: [crn]", "transfer.mapping: 'crn' (ear) is not a class of ImageNet. Did you mean 'corn'?"),
        ("ear: [1000]", "transfer.mapping: '1000' (ear) is not a class of ImageNet."),
        ("ear: [[corn]]", "transfer.mapping: '['corn']' (ear) is not a class of ImageNet. Did you mean 'corn'?"),
        ("bees: [ant]", "transfer.mapping: 'bees' is not a class of the data set. Did you mean 'bee'?"),
        ("ear: [corn]\nbee: [corn]", "transfer.mapping: 'corn' stands for more than one class in '"),
        ("- ear", "is not a mapping from classes to lists. It takes <class>: [<ImageNet names or numbers>] a line."),
        ("ear: corn", "is not a mapping from classes to lists."),
        ("ear: [", "is not a mapping from classes to lists."),
        ("", "is not a mapping from classes to lists."),
    ],
)
def test_wrong_mapping_is_refused(write, text, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        map_classes(("ear", "bee"), write(text))


def test_all_that_is_wrong_with_a_mapping_is_told_at_once(write):
    with pytest.raises(ConfigError, match=r"'crn' \(ear\) is not a class of ImageNet") as error:
        map_classes(("ear", "bee"), write("ear: [crn, quen]\nbee: [be]"))
    assert len(error.value.problems) == 3


def test_missing_mapping_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"transfer\.mapping: no file '.*mine\.yaml'\."):
        map_classes(("ear",), tmp_path / "mine.yaml")


def test_classes_that_nothing_stands_for_are_told_how_to_write_a_mapping():
    message = (
        r"^transfer\.mapping: none of the classes 0, 1, 2, 3, 4 \.\.\. has a name that stands for some of ImageNet's\. "
        r"Write for each which do, <class>: \[<ImageNet names or numbers>\] a line, and give the file: "
        r"transfer\.mapping=file\.yaml$"
    )
    with pytest.raises(ConfigError, match=message):
        map_classes(tuple("0123456789"), None)
