"""Images of several kinds in one go, and the run's own test files; the rest is tested through `cnnlab predict`."""

import dataclasses
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torch import nn

from cnnlab.building.data import load_data
from cnnlab.building.parts import ImageSpec
from cnnlab.building.saved_network import SavedNetwork, load_network
from cnnlab.config.load import load
from cnnlab.data.image_normalization import Normalization
from cnnlab.data.library import DataLibrary
from cnnlab.runs.predicting.classification import (
    Picture,
    Unreadable,
    classify,
    pick_test_images,
    read_pictures,
    scoring,
)
from cnnlab.runs.run import execute
from tests.conftest import RUNTIME, built, composed, tiny


class Brightness(nn.Module):
    """Logits (N, 2): minus the mean, the mean."""

    def forward(self, images):
        mean = images.mean((1, 2, 3))
        return torch.stack([-mean, mean], 1)


@pytest.fixture
def trained():
    images = ImageSpec(("dark", "bright"), 1, 2, Normalization((0.5,), (1.0,)))
    return SavedNetwork(Brightness(), images, "probabilities")


def test_answers_come_in_the_order_of_the_pictures_over_the_borders_of_batches(trained):
    def picture(i):
        return Picture(str(i), str(i), str(i), np.full((1, 2, 2), 255 * (i % 2), np.uint8))

    pictures = [Unreadable(str(i), "broken") if i in (0, 64, 65) else picture(i) for i in range(130)]
    answers = list(classify(iter(pictures), scoring(trained, RUNTIME)))
    assert [a.name if isinstance(a, Unreadable) else a[0].name for a in answers] == [str(i) for i in range(130)]
    assert all(a[1].argmax() == i % 2 for i, a in enumerate(answers) if not isinstance(a, Unreadable))


def test_nothing_but_unreadable_files_is_passed_on(trained):
    assert list(classify([Unreadable("a", "broken")], scoring(trained, RUNTIME))) == [Unreadable("a", "broken")]


def test_of_many_classes_the_first_ten_have_a_test_image(trained, in_empty_folder):
    config = tiny("dataset.num_classes=12", "dataset.num_images=240")
    pictures = pick_test_images(config, trained.images)
    assert len(pictures) == len({picture.id for picture in pictures}) == 10
    assert pictures[0].pixels.shape[1:] == (8, 8)
    assert pictures[0].title == f"test image {pictures[0].id.removeprefix('test-')} (0)"


def photographs(*sizes):
    """Write ten images of each of two classes, in each of these sizes in turn; the first are JPEGs."""
    draw = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 120)):
        Path("photos", name).mkdir(parents=True)
        for i in range(10):
            width, height = sizes[i % len(sizes)]
            coarse = Image.fromarray(draw.integers(low, low + 130, (5, 7, 3), dtype=np.uint8))
            picture = coarse.resize((width, height), Image.Resampling.BICUBIC)
            picture.save(Path("photos", name, f"{i}.{'jpg' if i < 4 else 'png'}"), compress_level=1)
    return ("dataset=image_folder", "dataset.root=photos", "dataset.test_fraction=0.4")


def idx_files(num=20):
    """Write images and labels as MNIST's files are."""
    Path("data/MNIST/raw").mkdir(parents=True)
    images = np.random.default_rng(0).integers(0, 256, (num, 28, 28), dtype=np.uint8)
    images[::2] //= 2
    for array, name in ((images, "images-idx3"), (np.arange(num) % 2, "labels-idx1")):
        head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        Path(f"data/MNIST/raw/t10k-{name}-ubyte").write_bytes(head + array.astype(np.uint8).tobytes())
    return ("dataset=mnist", "dataset.part=test", "dataset.classes=2", "dataset.test_fraction=0.4")


KINDS = {
    "folder of many sizes": lambda: photographs((300, 280), (150, 400), (40, 32)),
    "folder of one size": lambda: photographs((48, 48)),
    "folder of large images": lambda: photographs((1100, 900), (1024, 1024)),
    "arrays": idx_files,
    "generated": lambda: ("dataset=synthetic", "dataset.num_images=20", "dataset.num_classes=2"),
    "digits": lambda: ("dataset=digits", "dataset.classes=2", "dataset.per_class=5", "dataset.test_fraction=0.05"),
}
SMALL = ("epochs=1", "batch_size=4", "precision=fp32", "device=cpu", "threads=1", "plots=false")
TRAIN = ("model=plain_cnn", "model.width=0.2")
PRETRAINED = ("backbone=squeezenet1_1", "backbone.weights=imagenet")
RANDOM = ("backbone=shufflenet_v2_x0_5", "backbone.weights=none")


def files_of_the_test_split(config, folder, trained):
    """Return the files of a run's test split; where its images are none, they are written, as they come and as used."""
    predictions = folder.read_rows("predictions.csv")
    if "file" in predictions[0]:
        return [Path("photos", row["file"]) for row in predictions], predictions
    library = DataLibrary()
    whole = load_data(config, library=library, content=None)
    plain = dataclasses.replace(config, dataset=dataclasses.replace(config.dataset, image_size=None))
    files = []
    for kind, data in (("used", whole), ("plain", load_data(plain, library=library, content=None))):
        for i, row in enumerate(data.test.rows):
            pixels = data.test.images[row].permute(1, 2, 0).numpy()
            files.append(Path(f"{kind}{i}.png"))
            Image.fromarray(pixels.squeeze()).save(files[-1])
    if "digits" in config.dataset.name or config.dataset.name == "synthetic":
        files = files[: len(predictions)]  # of another size these are other images
    return files, predictions * (len(files) // len(predictions))


def check_files_get_the_scores_of_the_run(config, *, tolerance=1e-5, runtime=RUNTIME):
    folder = execute(config).folder
    trained = load_network(folder, load(folder.read_config()))
    files, expected = files_of_the_test_split(config, folder, trained)
    answers = list(classify(read_pictures(files, trained.images), scoring(trained, runtime)))
    columns = [f"score_{name}" for name in trained.images.classes]
    scores = np.array([scores for _, scores in answers])
    wanted = np.array([[float(row[column]) for column in columns] for row in expected])
    assert [trained.images.classes[i] for i in scores.argmax(1)] == [row["predicted"] for row in expected]
    np.testing.assert_allclose(scores, wanted, rtol=0, atol=tolerance * abs(wanted).max())
    return trained.images


@pytest.mark.usefixtures("in_empty_folder")
@pytest.mark.parametrize("size", [(), ("dataset.image_size=36",)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_test_files_get_the_scores_of_the_run(kind, size):
    check_files_get_the_scores_of_the_run(load(composed(*KINDS[kind](), *SMALL, *TRAIN, *size)))


@pytest.mark.usefixtures("imagenet_file")
@pytest.mark.parametrize("network", [(*PRETRAINED,), (*RANDOM, "dataset.image_size=40")], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_test_files_get_the_scores_of_a_run_of_transfer(kind, network):
    config = load(composed(*KINDS[kind](), *SMALL, *network, "head=svm", command="transfer"))
    images = check_files_get_the_scores_of_the_run(config)
    if "folder" in kind and network == PRETRAINED:
        assert (images.read_size, images.resize, images.image_size) == (256, 256, 224)


@pytest.mark.usefixtures("imagenet_file")
@pytest.mark.parametrize("transfer", ["finetune", "scratch"])
def test_test_files_get_the_scores_of_a_network_that_is_trained_on(transfer):
    typed = (*KINDS["folder of many sizes"](), *SMALL, *PRETRAINED, f"transfer={transfer}")
    check_files_get_the_scores_of_the_run(load(composed(*typed, command="transfer")))


@pytest.mark.usefixtures("in_empty_folder")
def test_test_files_get_the_scores_of_a_run_on_a_run():
    data = photographs((70, 60), (90, 64), (40, 32))
    first = execute(load(composed(*data, *SMALL, *TRAIN, "dataset.image_size=24"))).folder
    typed = (*data, *SMALL, "backbone=run", f"backbone.weights={first.path}", "head=knn", "head.k=1")
    images = check_files_get_the_scores_of_the_run(load(composed(*typed, command="transfer")))
    assert (images.read_size, images.image_size) == (24, 24)


@pytest.mark.usefixtures("imagenet_file")
def test_test_files_get_the_classes_of_a_run_in_bf16():
    typed = (*KINDS["folder of many sizes"](), *SMALL, *PRETRAINED, "head=svm", "precision=bf16")
    config = load(composed(*typed, command="transfer"))
    check_files_get_the_scores_of_the_run(
        config, tolerance=1e-2, runtime=dataclasses.replace(RUNTIME, precision="bf16")
    )


@pytest.mark.usefixtures("in_empty_folder")
def test_files_are_read_as_the_weights_transforms_read_them(imagenet_file):
    photographs((300, 280), (150, 400), (40, 32))
    images = built_images(*PRETRAINED)
    theirs = torchvision.models.SqueezeNet1_1_Weights.IMAGENET1K_V1.transforms()
    for path in sorted(Path("photos").rglob("*.*")):
        (picture,) = read_pictures([path], images)
        expected = theirs(Image.open(path).convert("RGB"))
        actual = images.prepare(torch.from_numpy(picture.pixels.copy())[None])[0]
        torch.testing.assert_close(actual, expected, rtol=0, atol=1e-5)


def built_images(*network):
    typed = ("dataset=image_folder", "dataset.root=photos", *SMALL, *network, "head=knn", "head.k=1")
    return built(load(composed(*typed, command="transfer"))).images
