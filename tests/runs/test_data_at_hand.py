"""What a run finds of its data on a machine."""

from pathlib import Path

from cnnlab.runs.data_at_hand import data_at_hand, library_of_process
from tests.conftest import composed


def test_data_belongs_where_the_run_looks_for_it():
    data = data_at_hand(composed("dataset=mnist", "data_dir=/data", "cache_dir=/cache"))
    assert (data.folder, data.cache, data.may_be_downloaded) == (Path("/data/MNIST"), Path("/cache"), True)


def test_caches_of_the_images_are_found(tmp_path):
    cache = tmp_path / "cache" / "images" / "key"
    cache.mkdir(parents=True)
    (cache / "meta.json").write_text(f'{{"root": "{tmp_path}"}}')
    words = ("dataset=image_folder", f"dataset.root={tmp_path}", f"cache_dir={tmp_path / 'cache'}")
    assert data_at_hand(composed(*words)).image_caches == [cache]


def test_data_that_is_always_there_and_wrong_configurations_have_no_folder():
    assert data_at_hand(composed("dataset=digits")) is None
    assert data_at_hand(composed("dataset=mnist") | {"epochs": -1}) is None


def test_runs_of_a_process_share_a_library():
    assert library_of_process(2) is library_of_process(2)
