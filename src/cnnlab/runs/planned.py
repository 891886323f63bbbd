"""A run that is only planned: what it would find in images of one's own, and the first batch of them."""

from __future__ import annotations

from cnnlab.building.procedures import look_at_images
from cnnlab.config.run_config import RunConfig
from cnnlab.outputs.first_batch import write_first_batch
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.first_batch import first_batch
from cnnlab.runs.found import data_lines
from cnnlab.runs.run_context import RunContext


def show_images(
    config: RunConfig, folder: RunFolder, *, context: RunContext, data_content: str | None, draws: bool
) -> None:
    """Say what a run finds in its images, and draw the first batch.

    Args:
        config: of the run.
        folder: of the run; gets the picture.
        context: of the run.
        data_content: stands for the files of the image folder.
        draws: whether the picture is wanted.
    """
    console, library = context.console, context.library
    data, images = look_at_images(config, library=library, data_content=data_content, progress=console.preparing)
    for line in data_lines(config, data, images):
        console.say(line)
    if draws:
        console.meanwhile("drawing the first batch")
        from cnnlab.plots import draw_batch  # matplotlib takes half a second to import

        with disk_errors(folder.path):
            write_first_batch(folder, first_batch(config, data, images))
            console.say(f"open     {draw_batch(folder.path)[0]}")
