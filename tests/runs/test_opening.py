from cnnlab.building.networks import NetworkSize
from cnnlab.networks.transfer.class_mapping import map_classes
from cnnlab.runs.opening import mapping_lines, opening_lines
from tests.conftest import RUNTIME, built, tiny


def test_mapping_is_told_in_lines_of_80_columns():
    lines = mapping_lines(map_classes(("dogs", "ant", "bread", "elf", "crane", "mouse"), None))
    assert lines == [
        "mapping  dogs: Chihuahua, Japanese spaniel, Maltese dog, Pekinese and 114 more",
        "         ant: ant",
        "         bread: French loaf",
        "         other: the rest of ImageNet's 1,000",
        "unmapped elf",
        "unmapped, since ambiguous: crane, mouse",
        "         say what stands for them: transfer.mapping=file.yaml",
    ]


def test_mapping_of_many_classes_of_long_names_is_cut():
    animals = ("ants", "bees", "flies", "wolves", "foxes", "bears", "lions", "tigers", "zebras", "pigs")
    lines = mapping_lines(map_classes((*animals, *(f"{'x' * 100}{number}" for number in range(200))), None))
    assert lines[8:] == [
        "         and 2 more, all in summary.json",
        "         other: the rest of ImageNet's 1,000",
        f"unmapped {'x' * 29}…{'x' * 27}0 and 199 more",
        "         say what stands for them: transfer.mapping=file.yaml",
    ]


def test_opening_says_that_a_batch_is_the_whole_training_split():
    config = tiny("batch_size=1000")
    lines = opening_lines("run", config, built(config), RUNTIME, size=NetworkSize(1, 1), epochs_done=0)
    assert "         2 epochs, batch 87, the whole training split, seed 0" in lines
