"""RunFolder: every file of a run, written atomically, read back."""

from __future__ import annotations

import errno
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from cnnlab.base.drafts import remove_abandoned
from cnnlab.base.errors import RunError
from cnnlab.base.schema import Plain, PlainMapping
from cnnlab.outputs.files import (
    ANEW,
    GRADIENTS_COLUMNS,
    METRICS_COLUMNS,
    Folder,
    Row,
    csv_text,
    regular_file,
    replacing,
)

SCHEMA = 6
"""Goes into every id and env.json; raised when the same configuration comes to mean another result."""
_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, ten times as fast, where it was built


class RunFolder(Folder):
    """The files of one run. Nothing here knows what they mean; reading never runs code.

    Args:
        path: `outputs/runs/<run id>`; made by the first write.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.checkpoints = path / "checkpoints"
        self.log = path / "train.log"
        self.lock = path / ".lock"
        self.error = path / "error.txt"
        self.predictions = path / "predictions.csv"
        self.mistakes = path / "mistakes.npz"
        self.first_batch = path / "first_batch.npz"

    @property
    def run_id(self) -> str:
        """Name of the folder."""
        return self.path.name

    def parse_config(self) -> object:
        """Return what config.yaml holds. Never runs code.

        Raises:
            OSError: it is not there.
            ValueError, YAMLError: it is damaged, or wants to run code.
        """
        text = regular_file(self.path / "config.yaml").read_text(encoding="utf-8")
        if "&" in text and _has_aliases(text):
            raise ValueError("it holds aliases, and cnnlab writes none")
        try:
            return yaml.load(text, Loader=_SAFE_LOADER)
        except RecursionError:
            raise ValueError("it is nested too deep") from None

    def read_config(self) -> Plain:
        """Return config.yaml as the nested dict that `config.load` takes.

        Raises:
            RunError: it is not there, is damaged, or wants to run code.
        """
        path = self.path / "config.yaml"
        try:
            plain = self.parse_config()
        except (OSError, ValueError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())
            raise RunError(f"{path}: cannot be read: {reason}. Put it back, or {ANEW}") from error
        if not isinstance(plain, dict):
            reason = "it is empty" if plain is None else "it holds no keys and values"
            raise RunError(f"{path}: cannot be read: {reason}. Put it back, or {ANEW}")
        return plain

    def write_config(self, plain: PlainMapping, overrides: Sequence[str]) -> None:
        """Keep the loaded configuration and what the user typed."""
        self.write_text("config.yaml", yaml.safe_dump(dict(plain), sort_keys=False, allow_unicode=True))
        self.write_text("overrides.txt", "".join(f"{text}\n" for text in overrides))

    def read_overrides(self) -> list[str]:
        """Return what the user typed, one override each; nothing where overrides.txt is gone."""
        try:
            return regular_file(self.path / "overrides.txt").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []  # it serves messages, config.yaml is what counts

    def read_environment(self) -> Plain:
        """Return env.json: where and with what the run was trained; {} where that is not known."""
        return self.read_json("env.json")

    @property
    def schema(self) -> int:
        """Return by which schema the run was trained: SCHEMA, or an older one where results were others."""
        number = self.read_environment().get("schema")
        return number if isinstance(number, int) else 1  # the first one was not written down

    def write_environment(self, environment: PlainMapping) -> None:
        """Keep where and with what the run is trained."""
        self.write_json("env.json", environment)

    def append_log(self, text: str) -> None:
        """Add a line to train.log, behind the time."""
        with self.log.open("a", encoding="utf-8", errors="backslashreplace") as file:
            self.look()
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text}\n")

    def write_error(self, trace: str) -> None:
        """Keep the traceback of what the run failed with."""
        self.write_text(self.error.name, trace)

    def append_epoch(self, metrics: Row, gradients: Iterable[Row]) -> None:
        """Add an epoch to metrics.csv and gradients.csv."""
        self.append_rows("metrics.csv", METRICS_COLUMNS, [metrics])
        self.append_rows("gradients.csv", GRADIENTS_COLUMNS, gradients)

    def read_metrics(self) -> list[dict[str, str]]:
        """Return the epochs in metrics.csv, as `read_rows` does."""
        return self.read_rows("metrics.csv")

    def write_predictions(self, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Write predictions.csv."""
        self.write_rows(self.predictions.name, columns, rows)

    def append_rows(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows to a CSV file; a write that fails leaves the file as it was."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        content = csv_text(columns, rows, with_header=is_new).encode()
        with path.open("ab", buffering=0) as file:  # unbuffered: a full disk is noticed here
            self.look()  # now: what another has written since lies in another file of that name
            size = file.tell()
            try:
                if file.write(content) < len(content):
                    raise OSError(errno.ENOSPC, "only a part could be written", str(path))
            except OSError:
                file.truncate(size)
                raise

    def drop_epochs_after(self, epoch: int) -> None:
        """Forget rows past a checkpoint: those epochs are trained again.

        Raises:
            RunError: rows up to the checkpoint are missing; nothing is changed then.
        """
        columns = {"metrics.csv": METRICS_COLUMNS, "gradients.csv": GRADIENTS_COLUMNS}
        for name, rows in {name: self._rows_until(epoch, name) for name in columns}.items():
            self.write_rows(name, columns[name], rows)

    def _rows_until(self, epoch: int, name: str) -> list[dict[str, str]]:
        """Return the rows of epochs 1 to `epoch`; every epoch has as many."""
        wanted = {str(number) for number in range(1, epoch + 1)}
        rows = [row for row in self.read_rows(name) if row.get("epoch") in wanted]
        counts = Counter(row["epoch"] for row in rows)
        missing = sorted(int(number) for number in wanted if counts[number] < max(counts.values(), default=1))
        if missing:
            raise RunError(
                f"{self.path / name}: rows of epoch {_listed(missing)} are missing, the checkpoint was taken after "
                f"epoch {epoch}. Put the file back, or {ANEW}"
            )
        return rows

    def save_checkpoint(self, name: str, state: PlainMapping) -> None:
        """Write tensors and plain values to checkpoints/<name>."""
        import torch

        with replacing(self.checkpoints / name, look=self.look) as file:
            try:
                torch.save(dict(state), file)
            except RuntimeError as error:  # torch's zip writer hides what the disk said
                if isinstance(disk := error.__context__, OSError):
                    raise OSError(disk.errno, disk.strerror) from error
                raise

    def load_checkpoint(self, name: str) -> Plain | None:
        """Return the content of checkpoints/<name>, None where there is none. Never runs code.

        Raises:
            RunError: it is damaged, or wants to run code.
        """
        import torch

        path = self.checkpoints / name
        if not path.exists():
            return None
        try:
            return dict(torch.load(regular_file(path), map_location="cpu", weights_only=True))
        except Exception as error:  # on damaged bytes torch raises nearly anything
            # Its text is not passed on: it advises to load the file in the way that runs code.
            reason = "is damaged, or holds more than tensors and plain values"
            raise RunError(f"{path}: {reason}; it was not opened. Put it back, or {ANEW}") from error

    def take_over(self, other: RunFolder) -> None:
        """Begin with the epochs of another run. Its checkpoint comes last: it says that the others are there."""
        for name in ("env.json", "metrics.csv", "gradients.csv", "checkpoints/last.pt"):
            with replacing(self.path / name) as file:
                file.write((other.path / name).read_bytes())

    def has_checkpoint(self, name: str) -> bool:
        """Tell whether there is a checkpoints/<name>."""
        return (self.checkpoints / name).exists()

    def delete_checkpoint(self, name: str) -> None:
        """Remove checkpoints/<name> if it is there."""
        self.look()
        (self.checkpoints / name).unlink(missing_ok=True)

    def remove_drafts(self) -> None:
        """Remove what killed processes left half written."""
        for folder in (self.path, self.path / "plots", self.checkpoints):
            remove_abandoned(folder)

    def remove(self) -> None:
        """Remove the run with all its files."""
        shutil.rmtree(self.path)

    def clear(self) -> None:
        """Remove the files of an earlier training, pictures and checkpoints included."""
        self.look()
        for folder in (self.path, self.path / "plots", self.checkpoints):
            for path in folder.glob("[!.]*"):  # the lock stays
                if path.is_file():
                    path.unlink()


def _has_aliases(text: str) -> bool:
    """Tell whether YAML names a part anew: a few that are nested stand for more than any memory holds."""
    return any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_SAFE_LOADER))


def _listed(numbers: Sequence[int]) -> str:
    """Write ascending numbers as a person does: 1 to 4, 7."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return ", ".join(f"{span[0]} to {span[-1]}" if len(span) > 1 else f"{span[0]}" for span in spans)
