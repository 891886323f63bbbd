"""Tables whose cells are shaded by their numbers."""

from cnnlab.comparison import compare_study
from cnnlab.comparison.heat import Cell, HeatMap, heat_maps
from cnnlab.comparison.plane import plane_of
from tests.comparison.study_maker import write_study


def test_cells_are_shaded_from_the_lowest_number_to_the_highest():
    values = {("a", "x"): 1.0, ("a", "y"): 3.0, ("b", "x"): 2.0, ("b", "y"): None}
    heat = HeatMap.of("t", ["a", "b", "c"], ["x", "y"], values, layout=".1f", titles=("row", "column"))
    assert heat.rows == [
        ("a", [Cell("1.0", 0.0), Cell("3.0", 1.0)]),
        ("b", [Cell("2.0", 0.5), Cell("", None)]),
        ("c", [Cell("", None), Cell("", None)]),
    ]
    assert (heat.row_title, heat.column_title, heat.columns) == ("row", "column", ["x", "y"])


def test_numbers_that_are_all_the_same_are_not_shaded():
    heat = HeatMap.of("t", ["a"], ["x", "y"], {("a", "x"): 7.0, ("a", "y"): 7.0}, layout="g")
    assert heat.rows == [("a", [Cell("7", 0.0), Cell("7", 0.0)])]


def test_plane_has_no_map_of_times_that_are_alike():
    arms = {f"epochs={epochs} batch_size={size}": [0.5] for epochs in (1, 2) for size in (8, 9)}
    maps = heat_maps(plane_of(compare_study(write_study(arms)).results))
    assert [heat.title for heat in maps] == ["test accuracy in %"]


def test_plane_has_a_map_of_accuracies_and_one_of_times():
    arms = {"epochs=1 batch_size=8": [0.5], "epochs=2 batch_size=8": [0.6], "epochs=2 batch_size=9": [0.75]}
    study = write_study(arms, more={"epochs=2 batch_size=9": {"seconds": 12.5}})
    maps = heat_maps(plane_of(compare_study(study).results))
    assert [heat.title for heat in maps] == ["test accuracy in %", "training time in s"]
    texts = [[(name, [cell.text for cell in cells]) for name, cells in heat.rows] for heat in maps]
    assert texts == [
        [("1", ["50.0", ""]), ("2", ["60.0", "75.0"])],
        [("1", ["2.0", ""]), ("2", ["2.0", "12.5"])],
    ]
