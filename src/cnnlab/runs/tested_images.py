"""The images that a run was tested on, read again."""

from __future__ import annotations

from cnnlab.building.data import load_data
from cnnlab.building.parts import ImageSpec
from cnnlab.config.identity import data_content
from cnnlab.config.run_config import RunConfig
from cnnlab.data.library import DataLibrary
from cnnlab.data.stores import Data


def load_test_images(config: RunConfig, images: ImageSpec) -> Data:
    """Return a run's data, its images as the run stored them.

    Raises:
        ConfigError: the data is not there any more.
    """
    library = DataLibrary()
    content = data_content(config, library.hashes)
    decode_size = None if images.resize is None else images.file_size
    return load_data(config, library=library, content=content, decode_size=decode_size, scaling=images.scaling)
