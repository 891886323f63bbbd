import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.run_config import with_whole_paths
from cnnlab.runs.run import execute
from cnnlab.runs.saved_config import saved_config
from tests.conftest import tiny
from tests.runs.trained import only_run

pytestmark = pytest.mark.usefixtures("in_empty_folder")


@pytest.fixture
def plugin(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("x = 1")
    execute(tiny("epochs=0", f"plugins=[{path}]"))
    return path


def test_wish_to_train_again_is_none_of_a_saved_run():
    folder = execute(tiny("epochs=0")).folder
    folder.write_config(folder.read_config() | {"rerun": True}, [])  # as an earlier version saved it
    assert saved_config(folder, None) == with_whole_paths(tiny("epochs=0"))


@pytest.mark.parametrize("damaged", [float("inf"), 7, {"a": "b.py"}, [["b.py"]]])
def test_plugins_that_are_no_paths_are_told(damaged):
    folder = execute(tiny("epochs=0")).folder
    folder.write_config(folder.read_config() | {"plugins": damaged}, [])
    with pytest.raises(ConfigError, match=r"plugins: (must be|the run was trained with plugins)"):
        saved_config(folder, None)


def test_plugins_have_to_be_named_again(plugin):
    with pytest.raises(
        ConfigError, match=r"--plugins: the run was trained with plugins, which are code\. Name them: --plugins"
    ):
        saved_config(only_run(), None)
    assert saved_config(only_run(), str(plugin)).plugins == (plugin,)


def test_plugin_that_has_changed_is_refused_and_not_run(plugin):
    plugin.write_text("raise SystemExit('was run')")
    with pytest.raises(
        ConfigError, match=r"--plugins: not what cnn6-\S+ was trained with, got \S+: other files, or their content has"
    ):
        saved_config(only_run(), str(plugin))


def test_plugin_that_is_not_there_is_refused(plugin):
    with pytest.raises(
        ConfigError, match=rf"--plugins: no file 'gone\.py'\. The run was trained with --plugins {plugin}"
    ):
        saved_config(only_run(), "gone.py")
