"""Data of a run: read, split, scaled, placed."""

import pytest
import torch
from PIL import Image

from cnnlab.base.errors import ConfigError
from cnnlab.building.data import image_spec, load_data, read_unscaled
from cnnlab.config.identity import data_content
from cnnlab.config.load import load, load_saved
from cnnlab.data.library import DataLibrary
from cnnlab.data.stores import Data, whole
from tests.conftest import built, composed, tiny

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def loaded(config, library=None, **options):
    library = DataLibrary() if library is None else library
    return load_data(config, library=library, content=data_content(config, library.hashes), **options)


def image_folder(root, *, side=8):
    """Write ten images of each of two classes, of several sizes; the red of a class is its own."""
    for label, name in enumerate(("ant", "bee")):
        (root / name).mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (side + 1 + number, side), (100 * label, number, 0)).save(root / name / f"{number}.png")
    return ("dataset=image_folder", f"dataset.root={root}")


def test_data_is_scaled_and_split():
    options = ("dataset.num_images=100", "dataset.num_classes=4", "dataset.channels=1", "dataset.image_size=16")
    data = loaded(tiny(*options, "dataset.classes=['3','1']", "dataset.per_class=10"))
    assert data.classes == ("3", "1")
    assert data.train.images.shape == (100, 1, 16, 16)
    assert [len(split) for split in data.splits.values()] == [20, 4, 10]


def test_data_is_an_image_folder(tmp_path):
    data = loaded(load(composed(*image_folder(tmp_path / "root"), "dataset.image_size=4", "workers=0")))
    assert [len(split) for split in data.splits.values()] == [14, 2, 4]
    for split in data.splits.values():
        assert torch.equal(split.images[split.rows][:, 0, 0, 0].long(), 100 * split.labels)


def test_images_lie_in_the_order_that_convolutions_like_and_mapped_files_stay_mapped(tmp_path):
    copied, mapped = loaded(tiny()).train.store, loaded(load(composed(*image_folder(tmp_path / "root")))).train.store
    for store in (copied, mapped):
        assert store.images.is_contiguous(memory_format=torch.channels_last)
    assert (copied.is_mapped, mapped.is_mapped) == (False, True)


def test_data_that_is_only_looked_at_is_in_the_same_splits():
    config = tiny("dataset.classes=['2','1']")
    used, seen = loaded(config).test, read_unscaled(config).test
    assert torch.equal(seen.labels, used.labels)
    assert torch.equal(seen.images[seen.rows], used.images[used.rows])


SAME = ["optimizer=sgd", "seed=1", "batch_size=8", "dataset.memory_limit=1", "dataset.shuffle=false", "workers=0"]


@pytest.mark.parametrize("other", SAME)
def test_what_changes_no_image_shares_the_data(other):
    library = DataLibrary()
    assert loaded(tiny(other), library) is loaded(tiny(), library)


OTHER = ["dataset.val_fraction=0.2", "dataset.test_fraction=0.3", "dataset.split_seed=1", "dataset.classes=2",
         "dataset.binary='0'", "dataset.per_class=5", "dataset.fraction=0.5"]  # fmt: skip


@pytest.mark.parametrize("other", OTHER)
def test_other_cuts_share_what_was_read_and_no_more(reads, other):
    library = DataLibrary()
    assert loaded(tiny(other), library) is not loaded(tiny(), library)
    assert reads == ["synthetic"]


@pytest.mark.parametrize(
    "other", ["dataset.image_size=9", "dataset.num_images=121", "dataset.class_names=[a,b,c]", "data_dir=x"]
)
def test_other_data_sets_share_nothing(reads, other):
    library = DataLibrary()
    assert loaded(tiny(other), library) is not loaded(tiny(), library)
    assert reads == ["synthetic", "synthetic"]


def test_seed_counts_where_it_draws_a_subset():
    library = DataLibrary()
    one, same, other = (loaded(tiny("dataset.per_class=5", f"seed={seed}"), library) for seed in (0, 0, 1))
    assert one is same
    assert one.train.rows.tolist() != other.train.rows.tolist()


def test_seed_counts_where_it_draws_validation():
    library = DataLibrary()
    one, same, other = (loaded(tiny("dataset.split_seed=seed", f"seed={seed}"), library) for seed in (0, 0, 1))
    assert one is same
    assert one.val.rows.tolist() != other.val.rows.tolist()
    assert one.test.rows.tolist() == other.test.rows.tolist()


def test_folds_of_a_run_are_those_of_its_configuration():
    library = DataLibrary()
    folds = [loaded(tiny("dataset.folds=3", f"dataset.fold={fold}"), library).test for fold in (1, 2, 3)]
    assert sorted(row for test in folds for row in test.rows.tolist()) == list(range(120))


def test_folder_that_has_changed_is_read_anew(tmp_path):
    config, library = load(composed(*image_folder(tmp_path / "root"))), DataLibrary()
    before = loaded(config, library)
    (tmp_path / "root" / "ant" / "0.png").unlink()
    after = loaded(config, library)
    assert [sum(map(len, data.splits.values())) for data in (before, after)] == [20, 19]


def test_images_of_several_sizes_have_the_size_that_was_asked_for(tmp_path):
    config, library = load_saved(composed(*image_folder(tmp_path / "root", side=40))), DataLibrary()
    sizes = [loaded(config, library, decode_size=size).train.images.shape[2] for size in (24, 32, 24, None)]
    assert sizes == [24, 32, 24, 128]


def test_runs_on_different_data_do_not_pile_up(reads):
    library = DataLibrary(limit=2**17)  # the data set as it comes and as it is used take 2 x 23,040 bytes
    for number in range(120, 132):
        loaded(tiny(f"dataset.num_images={number}"), library)
    assert library.num_bytes < 2**17
    loaded(tiny("dataset.num_images=131"), library)
    assert len(reads) == 12


def two_images(height, width):
    images = torch.arange(2 * 3 * height * width, dtype=torch.uint8).view(2, 3, height, width)
    split = whole("images", images, torch.tensor([0, 1]))
    return Data(split, None, split, ("ant", "bee"), ())


def test_splits_share_their_images():
    parts = built(tiny())
    assert parts.train.images is parts.val.images is parts.test.images


def test_small_images_are_evaluated_many_at_a_time():
    parts = built(tiny("batch_size=2", "normalization=none"))
    assert len(parts.train) == 43  # 87 images; the last one joins the batch before
    assert len(parts.test) == 1


def test_normalization_is_measured_on_the_training_split_alone():
    first, second = (built(tiny(f"dataset.split_seed={seed}")).images.normalization for seed in (0, 1))
    assert first != second


@pytest.mark.parametrize(("normalize", "mean"), [("imagenet", (0.485, 0.456, 0.406)), ("none", (0.0, 0.0, 0.0))])
def test_normalization_can_be_given(normalize, mean):
    assert image_spec(two_images(8, 8), normalize).normalization.mean == mean


def test_images_that_are_no_squares_are_refused():
    with pytest.raises(ConfigError, match=r"dataset\.image_size: the images are 8x6, networks take squares\. Set it\."):
        image_spec(two_images(8, 6), "none")
