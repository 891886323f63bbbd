"""Pictures of runs and studies, by their names."""

import pytest

from cnnlab.api.picture import picked
from cnnlab.base.errors import ConfigError


def test_picture_is_the_one_named_or_the_most_telling_one(folder):
    (folder / "plots").mkdir()
    for name in ("roc", "confusion"):
        (folder / "plots" / f"{name}.png").write_bytes(name.encode())
    assert picked(folder, "roc", preferred=())._repr_png_() == b"roc"
    assert picked(folder, None, preferred=("curves", "confusion")).path.stem == "confusion"
    with pytest.raises(ConfigError, match=r"^plot: unknown 'rock'\. Did you mean 'roc'\? Known: confusion, roc\.$"):
        picked(folder, "rock", preferred=())


def test_folder_without_pictures_says_so(folder):
    with pytest.raises(ConfigError, match=rf"^plot: {folder.name} has no pictures\.$"):
        picked(folder, None, preferred=("curves",))
