"""What a run will take."""

import pytest

from cnnlab.data.library import DataLibrary
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.runs.cost import Cost
from cnnlab.runs.estimate import cost_of_finished, costs, probe, shape
from cnnlab.runs.feature_samples import FeatureSamples
from cnnlab.runs.run import execute
from tests.conftest import tiny, tiny_transfer

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def measured(config):
    return probe(config, library=DataLibrary(), samples=FeatureSamples())


def finished(path, seconds, **more):
    folder = RunFolder(path)
    folder.write_json("summary.json", {"seconds": {"total": seconds, **more}})
    write_status(folder, "finished")
    return folder


def test_finished_run_tells_its_time_and_the_size_of_its_files(tmp_path):
    folder = finished(tmp_path / "run", 12.5)
    size = sum(path.stat().st_size for path in folder.path.iterdir())
    assert cost_of_finished(folder) == Cost(12.5, size)


def test_finished_run_tells_its_time_without_that_of_features_that_are_kept(tmp_path):
    assert cost_of_finished(finished(tmp_path / "run", 12.5, features=10.0)).seconds == 2.5


@pytest.mark.parametrize(("name", "key"), [("env.json", "abreast"), ("summary.json", "seconds")])
@pytest.mark.parametrize("value", ["0", '"x"', "[]", "1e999", '{"total": "x"}', '{"total": 1e999}'])
def test_damaged_files_of_a_finished_run_tell_nothing_but_its_time(tmp_path, name, key, value):
    folder = finished(tmp_path / "run", 12.5)
    (folder.path / name).write_text(f'{{"{key}": {value}}}')
    cost = cost_of_finished(folder)
    assert cost is None if name == "summary.json" else cost.seconds == 12.5


def test_run_that_is_not_finished_tells_nothing(tmp_path):
    folder = finished(tmp_path / "run", 12.5)
    write_status(folder, "failed")
    assert cost_of_finished(folder) is None


@pytest.mark.parametrize("other", ["seed=1", "optimizer.lr=0.5", "scheduler=constant", "epochs=9"])
def test_runs_of_one_shape_have_epochs_that_cost_the_same(other):
    assert shape(tiny(other)) == shape(tiny())


@pytest.mark.parametrize("other", ["model.width=0.1", "batch_size=8", "augmentation=flip_crop", "normalization=none"])
def test_runs_of_another_shape_are_measured_on_their_own(other):
    assert shape(tiny(other)) != shape(tiny())


def test_probe_scales_with_the_epochs_and_writes_nothing(tmp_path):
    few, many = measured(tiny("epochs=1")), measured(tiny("epochs=4000"))
    assert 0 < few.seconds < many.seconds / 10
    assert few.num_bytes == many.num_bytes > 400_000
    assert not (tmp_path / "outputs").exists()


def test_run_like_a_finished_one_takes_what_that_took(tmp_path, monkeypatch):
    monkeypatch.setattr("cnnlab.runs.estimate.probe", lambda config, **_: Cost(1000.0, 1))
    done, same, other = finished(tmp_path / "a", 12.5), RunFolder(tmp_path / "b"), RunFolder(tmp_path / "c")
    estimated = costs({done: tiny()}, {same: tiny("seed=1"), other: tiny("epochs=7")})
    assert {folder: cost.seconds for folder, cost in estimated.items()} == {same: 12.5, other: 1000.0}


def test_run_that_cannot_be_built_ends_no_trial_and_is_taken_to_cost_as_the_others(tmp_path, monkeypatch):
    def probe(config, **_):
        if config.batch_size == 7:
            raise ZeroDivisionError("of mine")
        return Cost(10.0, 1)

    monkeypatch.setattr("cnnlab.runs.estimate.probe", probe)
    good, bad = RunFolder(tmp_path / "a"), RunFolder(tmp_path / "b")
    to_do = {good: tiny(), bad: tiny("batch_size=7")}
    assert [cost.seconds for cost in costs({}, to_do, is_trial=True).values()] == [10.0, 10.0]
    assert costs({}, {bad: to_do[bad]}, is_trial=True)[bad].seconds == 0
    with pytest.raises(ZeroDivisionError, match="of mine"):
        costs({}, to_do)


def test_shapes_for_which_there_is_no_time_cost_as_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr("cnnlab.runs.estimate.probe", lambda config, **_: Cost(float(config.batch_size), 1))
    to_do = {RunFolder(tmp_path / f"{size}"): tiny(f"batch_size={size}") for size in (8, 16)}
    assert [cost.seconds for cost in costs({}, to_do, patience=0.0).values()] == [8.0, 8.0]


def folders(path, *names):
    return [RunFolder(path / name) for name in names]


def test_features_count_for_the_first_run_that_needs_them(tmp_path, monkeypatch):
    monkeypatch.setattr("cnnlab.runs.estimate.probe", lambda config, **_: Cost(1.0, 1, features_seconds=100.0))
    to_do = {
        "svm": tiny_transfer("head=svm", "backbone.weights=w.pth"),
        "other C": tiny_transfer("head=svm", "head.C=0.1", "backbone.weights=w.pth"),
        "knn of few": tiny_transfer("head=knn", "dataset.per_class=5", "seed=1", "backbone.weights=w.pth"),
        "other size": tiny_transfer("head=svm", "dataset.image_size=40", "backbone.weights=w.pth"),
        "random": tiny_transfer("head=svm"),
        "other random": tiny_transfer("head=svm", "seed=1"),
    }
    estimated = costs({}, dict(zip(folders(tmp_path, *to_do), to_do.values())))
    assert [cost.seconds for cost in estimated.values()] == [101.0, 1.0, 1.0, 101.0, 101.0, 101.0]


@pytest.mark.parametrize("head", ["svm", "logistic", "knn", "linear"])
def test_probe_of_a_head_on_features_computes_no_more_than_a_sample(tmp_path, monkeypatch, head):
    monkeypatch.setattr("cnnlab.runs.feature_samples.SAMPLE", 10)
    cost = measured(tiny_transfer(f"head={head}"))
    assert cost.seconds > 0
    assert cost.features_seconds > 0
    assert not list(tmp_path.rglob("features"))


def test_probe_where_features_are_kept_does_not_count_them():
    execute(tiny_transfer("head=knn"))
    assert measured(tiny_transfer("head=svm")).features_seconds == 0
