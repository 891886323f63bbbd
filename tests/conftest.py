import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from cnnlab.cli.hydra_versions import initialize_options
from cnnlab.config import load

CONF = Path(__file__).parents[1] / "conf"


def cnnlab(*args):
    """Run the installed console script."""
    script = Path(sys.executable).with_name("cnnlab")
    return subprocess.run([script, *args], capture_output=True, text=True, timeout=240)


def composed(*overrides):
    """Return what `cnnlab train <overrides>` composes, as a plain dict."""
    with initialize_config_dir(str(CONF), **initialize_options()):
        return OmegaConf.to_container(compose("train", overrides=list(overrides)), resolve=True)


def tiny(*overrides):
    """Return the configuration of a run that takes a moment: 120 synthetic images, a small network."""
    small = ("dataset=synthetic", "dataset.num_images=120", "dataset.num_classes=3", "dataset.image_size=8")
    network = ("model.width=0.05", "epochs=2", "batch_size=16", "device=cpu", "plots=false")
    return load(composed(*small, *network, *overrides))


@pytest.fixture
def real_data():
    """Folder of the unpacked real data."""
    if "CNNLAB_REAL_DATA" not in os.environ:
        pytest.skip("CNNLAB_REAL_DATA is not set: no real data here")
    return Path(os.environ["CNNLAB_REAL_DATA"])


@pytest.fixture
def in_empty_folder(tmp_path, monkeypatch):
    """Work in an empty folder, with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(autouse=True)
def _same_threads():
    """A test that sets the number of threads does not change the next one."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
