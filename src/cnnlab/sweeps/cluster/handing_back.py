"""The folder of a run as bytes, for nodes that do not see outputs/."""

from __future__ import annotations

from cnnlab.outputs.files import replacing
from cnnlab.outputs.lock import disk_errors, held
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.sweeps.cluster.shipping import Files

_LAST = "status.json"  # it says that the others are there


def unpack_run(folder: RunFolder, files: Files) -> None:
    """Put the files of a run where they belong; what lay there goes. The run's status comes last.

    Raises:
        Busy: another process trains the run here.
        RunError: they cannot be written.
    """
    with held(folder), disk_errors(folder.path):
        folder.clear()
        for name in sorted(files, key=lambda name: name == _LAST):
            with replacing(folder.path / name) as file:
                file.write(files[name])
