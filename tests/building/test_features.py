import dataclasses
import resource

import numpy as np
import pytest
import torch
from torch import nn

from cnnlab.base.runtime import Runtime
from cnnlab.building.features import Extraction, compute_and_keep
from cnnlab.building.parts import ImageSpec
from cnnlab.data.image_normalization import Normalization
from cnnlab.data.stores import Split, Store
from cnnlab.networks.transfer.network import Backbone, Expected
from cnnlab.networks.transfer.weights import hash_module

PLAIN = Normalization((0.0,) * 3, (1.0,) * 3)


class Counting(nn.Module):
    """Means over the pixels of each channel; counts the images that it sees."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.seen = 0

    def forward(self, images):
        self.seen += len(images)
        return images.mean((2, 3)) * self.weight


@pytest.fixture
def store():
    draws = torch.Generator().manual_seed(0)
    return Store("images", torch.randint(0, 256, (20, 3, 4, 4), dtype=torch.uint8, generator=draws))


@pytest.fixture
def extraction(tmp_path):
    backbone = Backbone(Counting(), 3, expected=Expected(PLAIN.mean, PLAIN.std), source="none")
    runtime = Runtime(torch.device("cpu"), "fp32", 1)
    spec = ImageSpec(("a", "b"), 3, 4, PLAIN)
    return Extraction(backbone, spec, runtime, tmp_path / "features", "data", None, compute_and_keep)


def split(store, *rows):
    return Split(store, torch.zeros(len(rows), dtype=torch.int64), torch.tensor(rows))


def test_features_are_the_backbones_in_the_order_of_the_split(extraction, store):
    train, test = split(store, 5, 2, 9), split(store, 1, 0)
    found = extraction.features_of({"train": train, "test": test}, [train, test])
    torch.testing.assert_close(found.of["train"], store.images[[5, 2, 9]].float().mean((2, 3)) / 255)
    torch.testing.assert_close(found.of["test"], store.images[[1, 0]].float().mean((2, 3)) / 255)
    assert found.seconds > 0
    assert found.note.startswith("3 features per image, 5 computed, ")


def test_second_time_nothing_is_computed(extraction, store):
    train = split(store, *range(20))
    first = extraction.features_of({"train": train}, [train])
    second = extraction.features_of({"train": train}, [train])
    assert extraction.backbone.net.seen == 20
    assert (second.seconds, second.note) == (0, "3 features per image, kept from an earlier run")
    torch.testing.assert_close(first.of, second.of, rtol=0, atol=0)


def test_features_that_are_not_kept_are_obtained_as_asked_for(extraction, store):
    def other_way(*_):
        return torch.full((20, 3), 7.0), 12.5

    train = split(store, *range(20))
    estimate = dataclasses.replace(extraction, obtain=other_way)
    found = estimate.features_of({"train": train}, [train])
    assert (found.of["train"].unique().tolist(), found.seconds) == ([7.0], 12.5)
    assert not extraction.folder.exists()
    extraction.features_of({"train": train}, [train])
    assert estimate.features_of({"train": train}, [train]).seconds == 0


def test_subsets_and_other_cuts_share_what_is_kept(extraction, store):
    train, val = split(store, *range(15)), split(store, *range(15, 20))
    extraction.features_of({"train": train}, [train, val])
    few = split(store, 3, 7)
    found = extraction.features_of({"train": few}, [split(store, *range(5, 20)), split(store, *range(5))])
    assert extraction.backbone.net.seen == 20
    torch.testing.assert_close(found.of["train"], store.images[[3, 7]].float().mean((2, 3)) / 255)


@pytest.mark.parametrize("change", ["weights", "data", "images", "precision"])
def test_other_features_are_kept_apart(extraction, store, change):
    train = split(store, *range(20))
    extraction.features_of({"train": train}, [train])
    if change == "weights":
        extraction.backbone.net.weight.data += 1
    elif change == "data":
        extraction = dataclasses.replace(extraction, data_key="other")
    elif change == "images":
        other = ImageSpec(("a", "b"), 3, 4, Normalization((0.5,) * 3, (1.0,) * 3))
        extraction = dataclasses.replace(extraction, images=other)
    else:
        extraction = dataclasses.replace(extraction, runtime=Runtime(torch.device("cpu"), "bf16", 1))
    extraction.features_of({"train": train}, [train])
    assert extraction.backbone.net.seen == 40


def test_features_of_a_network_that_computes_in_bf16_take_half_the_bytes_and_lose_no_bit(extraction, store):
    train, sizes = split(store, *range(20)), {}
    for precision in ("fp32", "bf16"):
        runtime = Runtime(torch.device("cpu"), precision, 1)
        linear = nn.Sequential(nn.Flatten(), nn.Linear(48, 3))
        backbone = Backbone(linear, 3, expected=extraction.backbone.expected, source="none")
        own = dataclasses.replace(extraction, backbone=backbone, runtime=runtime, folder=extraction.folder / precision)
        computed, kept = (own.features_of({"train": train}, [train]).of["train"] for _ in range(2))
        assert computed.dtype == kept.dtype == torch.float32
        torch.testing.assert_close(kept, computed, rtol=0, atol=0)
        sizes[precision] = next(own.folder.iterdir()).stat().st_size - 128  # the header's
    assert (sizes["fp32"], sizes["bf16"]) == (20 * 3 * 4, 20 * 3 * 2)


def test_how_far_it_is_counts_all_stores(extraction, store):
    steps = []
    told = dataclasses.replace(extraction, progress=lambda *step: steps.append(step))
    train, test = split(store, 0, 1, 2), split(Store("others", store.images.flip(0)), 0, 1)
    told.features_of({"train": train, "test": test}, [train, test])
    assert [done for _, done, _ in steps] == [0, 3, 3, 5]
    assert {(what, total) for what, _, total in steps} == {("computing features", 5)}


def test_names_of_the_classes_do_not_matter(extraction, store):
    train = split(store, *range(20))
    extraction.features_of({"train": train}, [train])
    renamed = dataclasses.replace(extraction.images, classes=("rest", "a"))
    dataclasses.replace(extraction, images=renamed).features_of({"train": train}, [train])
    assert extraction.backbone.net.seen == 20


def test_damaged_file_is_computed_anew(extraction, store):
    train = split(store, *range(20))
    extraction.features_of({"train": train}, [train])
    (file,) = extraction.folder.glob("*.npy")
    file.write_bytes(file.read_bytes()[:150])
    extraction.features_of({"train": train}, [train])
    assert extraction.backbone.net.seen == 40
    assert np.load(file).shape == (20, 3)


def test_full_disk_is_told_as_what_it_is(extraction, store):
    train, (soft, hard) = split(store, *range(20)), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))  # bytes
    try:
        with pytest.raises(OSError, match="File too large"):
            extraction.features_of({"train": train}, [train])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(extraction.folder.iterdir())


def test_stores_of_their_own_have_files_of_their_own(extraction, store):
    train, test = split(store, 0, 1), split(Store("others", store.images.flip(0)), 0, 1)
    found = extraction.features_of({"train": train, "test": test}, [train, test])
    assert len(list(extraction.folder.glob("*.npy"))) == 2
    torch.testing.assert_close(found.of["test"], store.images[[19, 18]].float().mean((2, 3)) / 255)


def test_progress_is_told(extraction, store):
    steps = []
    told = dataclasses.replace(extraction, progress=lambda *step: steps.append(step))
    train = split(store, *range(20))
    told.features_of({"train": train}, [train])
    assert steps == [("computing features", 0, 20), ("computing features", 20, 20)]


def test_hash_follows_names_and_values():
    one, other = nn.Linear(2, 2), nn.Linear(2, 2)
    assert hash_module(one) != hash_module(other)
    other.load_state_dict(one.state_dict())
    assert hash_module(one) == hash_module(other)
    assert hash_module(nn.Sequential(one)) != hash_module(one)
