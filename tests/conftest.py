import copy
import functools
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
import torchvision
from hydra import compose, initialize_config_dir
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from omegaconf import OmegaConf
from PIL import Image

from cnnlab.base.errors import ConfigError, Interrupted, RunError
from cnnlab.base.runtime import Runtime
from cnnlab.building.procedures import build_parts
from cnnlab.cli.hydra_versions import initialize_options
from cnnlab.config.load import load
from cnnlab.config.tables import TABLES
from cnnlab.data.datasets import DATASETS
from cnnlab.data.library import DataLibrary
from cnnlab.outputs.run_files import RunFiles
from cnnlab.outputs.workers import Workers
from cnnlab.runs import job
from cnnlab.runs.cost import Cost
from cnnlab.sweeps.choosing import Choice
from cnnlab.training.engine import training
from tests.run_maker import write_run
from tests.sweeps.sweep_maker import ended

CONF = Path(__file__).parents[1] / "conf"
RUNTIME = Runtime(torch.device("cpu"), "fp32", 1)


def pytest_collection_modifyitems(items):
    """Begin with what takes long, so that at the end no core waits for another's last test."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def cnnlab(*args):
    """Run the installed console script."""
    script = Path(sys.executable).with_name("cnnlab")
    return subprocess.run([script, *args], capture_output=True, text=True, timeout=240)


def composed(*overrides, command="train"):
    """Return what `cnnlab <command> <overrides>` composes, as a plain dict."""
    seeds = [text for text in overrides if re.fullmatch(r"seed=\d+", text)]
    plain = copy.deepcopy(_composed(tuple(text for text in overrides if text not in seeds), command))
    for text in seeds:
        plain["seed"] = int(text.removeprefix("seed="))
    return plain


@functools.cache
def _composed(overrides, command):
    """Set keys as Hydra does, in what it has composed of the chosen parts, which takes it 100 ms."""
    settings = [text for text in overrides if is_setting(text)]
    config = copy.deepcopy(_chosen(tuple(text for text in overrides if text not in settings), command))
    for override in OverridesParser.create().parse_overrides(settings):
        OmegaConf.update(config, override.key_or_group, override.value(), merge=True)
    return OmegaConf.to_container(config, resolve=True)


@functools.lru_cache(maxsize=200)
def _chosen(overrides, command):
    with initialize_config_dir(str(CONF), **initialize_options()):
        return compose(command, overrides=list(overrides))


GROUPS = {path.name for path in CONF.iterdir() if path.is_dir()}


def is_setting(text):
    """Tell whether a word gives a key a value; others choose parts, or add and delete keys."""
    key = text.partition("=")[0]
    return re.fullmatch(r"[a-zA-Z_][\w.]*", key) is not None and key not in GROUPS


SMALL_DATA = ("dataset=synthetic", "dataset.num_images=120", "dataset.num_classes=3", "device=cpu", "plots=false")


def tiny(*overrides):
    """Return the configuration of a run that takes a moment: 120 synthetic images, a small network."""
    network = ("dataset.image_size=8", "model.width=0.05", "epochs=2", "batch_size=16")
    return load(composed(*SMALL_DATA, *network, *overrides))


def tiny_transfer(*overrides):
    """Return the configuration of such a run of `cnnlab transfer`, with random weights unless others are given."""
    given = {text.partition("=")[0] for text in overrides}
    defaults = ("backbone=shufflenet_v2_x0_5", "backbone.weights=none", "dataset.image_size=32", "precision=fp32")
    chosen = [text for text in defaults if text.partition("=")[0] not in given]
    return load(composed(*SMALL_DATA, *chosen, *overrides, command="transfer"))


def built(config):
    """Return the parts of a run on the CPU, on data that is read for it alone."""
    return build_parts(config, RUNTIME, library=DataLibrary(), data_content=None)


@pytest.fixture
def photos(in_empty_folder):
    """A folder of own photos, `my photos`: 12 cats and 10 dogs."""
    for name, count in (("cats", 12), ("dogs", 10)):
        (in_empty_folder / "my photos" / name).mkdir(parents=True)
        for number in range(count):
            image = Image.new("RGB", (20 + number, 30), (10 * number, count, 0))
            image.save(in_empty_folder / "my photos" / name / f"{number}.png")
    return in_empty_folder / "my photos"


def at_once(run):
    """Return a run that gives no turns away and does what a function does."""

    def turns(*args, **options):
        return run(*args, **options)
        yield

    return turns


@contextmanager
def stopped_after(epochs, error):
    """Let a training inside end by `error` when `epochs` epochs are done and written down."""

    def stopped(*args, **kwargs):
        for record in training(*args, **kwargs):
            yield record
            if record is not None and record.epoch == epochs:
                raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnnlab.training.learning.training", stopped)
        yield


@contextmanager
def interrupted_after(epochs):
    """Press Ctrl-C when `epochs` epochs of a training inside are done, and see that it ends so."""
    with pytest.raises(Interrupted, match=r"^$"), stopped_after(epochs, KeyboardInterrupt):
        yield


def refusal(check, *args, **options):
    """Return the words in which a check refuses what it is given, None if it takes it."""
    try:
        check(*args, **options)
    except ConfigError as error:
        return str(error)
    return None


@pytest.fixture
def imagenet_file(in_empty_folder, monkeypatch):
    """Return a generated file where torchvision keeps the weights that it has downloaded."""
    monkeypatch.setenv("TORCH_HOME", str(in_empty_folder))
    torch.manual_seed(1)
    path = in_empty_folder / "hub" / "checkpoints" / "squeezenet1_1-b8a52dc0.pth"
    path.parent.mkdir(parents=True)
    torch.save(torchvision.models.squeezenet1_1().state_dict(), path)
    return path


@pytest.fixture
def real_data():
    """Folder of the unpacked real data."""
    if "CNNLAB_REAL_DATA" not in os.environ:
        pytest.skip("CNNLAB_REAL_DATA is not set: no real data here")
    return Path(os.environ["CNNLAB_REAL_DATA"])


@pytest.fixture
def reads(monkeypatch):
    """Return the names of the data sets that were read, in order."""
    names = []

    def counted(name, loader):
        @functools.wraps(loader)
        def count(*args, **options):
            names.append(name)
            return loader(*args, **options)

        return count

    for name, loader in DATASETS.items():
        monkeypatch.setitem(DATASETS, name, counted(name, loader))
    return names


@pytest.fixture
def make_run(tmp_path):
    """Write a run's folder and open it; the arguments are those of `write_run`."""
    return lambda **changes: RunFiles(write_run(tmp_path, **changes))


@pytest.fixture
def run_errors():
    """Seed -> what a run of it ends by, for `swept`."""
    return {13: RunError("the disk is full")}


@pytest.fixture
def swept(in_empty_folder, monkeypatch, run_errors):
    """Let runs of sweeps end at once; return the optimizer, activation and seed of each, in order."""
    names = []

    def run(plain, overrides, **_):
        config = load(plain)
        names.append((config.optimizer.name, config.activation.name, config.seed))
        if config.seed in run_errors:
            raise run_errors[config.seed]
        ended(config, "finished")
        return 0

    monkeypatch.setattr(job, "run", at_once(run))
    return names


OFFLINE = r"cannot be downloaded \(\[Errno -2\] Name or service not known\)\."


@pytest.fixture
def offline(monkeypatch):
    """Refuse every download, as a machine without a network does."""

    def refuse(*_, **__):
        raise URLError(OSError(-2, "Name or service not known"))

    monkeypatch.setattr(urllib.request, "urlopen", refuse)


@pytest.fixture(scope="module")
def browser():
    """A real Chromium, without a window."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: scripts/install test")
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])  # CI runs as root
        yield browser
        browser.close()


@pytest.fixture
def in_empty_folder(tmp_path, monkeypatch):
    """Work in an empty folder, with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(autouse=True)
def _sweeps_stay_in_process(monkeypatch):
    """How a sweep is carried out depends on a clock; tests that are about it say what is chosen."""
    monkeypatch.setattr("cnnlab.sweeps.sweep.choose_here", lambda *_: Choice(Workers()))


@pytest.fixture
def unmeasured(monkeypatch):
    """Let a plan take every run to last a second: no trial of one takes its steps."""
    monkeypatch.setattr("cnnlab.runs.estimate.probe", lambda *_, **__: Cost(1.0, 1_000_000))


@pytest.fixture(autouse=True, scope="session")
def _shipped_options_are_parsed_once():
    """Hydra reads files anew whenever it composes, which is a fifth of its time; these are the same for all tests."""
    Plugins.instance()  # this makes the class anew
    files = SourcesRegistry.instance().resolve("file")
    read, kept = files.load_config, {}

    def read_once(source, config_path):
        if Path(source.path) != CONF:
            return read(source, config_path)
        if config_path not in kept:
            kept[config_path] = read(source, config_path)
        return copy.deepcopy(kept[config_path])  # Hydra takes out of it what it has understood

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "load_config", read_once)
        yield


@pytest.fixture(autouse=True)
def _same_tables():
    """What a test's plugins add to the tables of parts is gone after it."""
    before = {group: dict(table) for group, table in TABLES.items()}
    yield
    for group, table in TABLES.items():
        table.clear()
        table.update(before[group])


@pytest.fixture(autouse=True)
def _same_threads():
    """A test that sets the number of threads does not change the next one."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
