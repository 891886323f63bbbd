from pathlib import Path

import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.cli.commands import export
from cnnlab.cli.main import main as cnnlab_main
from cnnlab.outputs.exported import is_exported
from cnnlab.runs.run import execute
from tests.conftest import cnnlab, tiny

DIGITS = Path(__file__).parents[3] / "docs" / "digits"


def main(*words):
    return export.main(words, Stop())


def quick_run():
    return execute(tiny("epochs=1")).folder.run_id


def test_run_is_trained_exported_and_used_in_another_folder(monkeypatch, capsys):
    small = ("dataset.per_class=20", "model.width=0.1", "epochs=1", "plots=false", "precision=fp32")
    assert cnnlab_main(["train", *small]) == 0
    done = cnnlab("export", "latest", "--to", "digits.zip")
    assert (done.returncode, done.stderr) == (0, "")
    run, opened, size, following = done.stdout.splitlines()
    assert run.startswith("run      cnn6-batch-relu-")
    assert opened == "open     digits.zip"
    assert size.endswith(" MB, a model card inside: README.md")
    assert following == "next     cnnlab predict digits.zip IMAGE..."
    Path("elsewhere").mkdir()
    Path("outputs").rename("gone")
    monkeypatch.chdir("elsewhere")
    capsys.readouterr()
    assert cnnlab_main(["predict", "../digits.zip", str(DIGITS)]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.splitlines()[0].split() == ["class", "probability", "runner-up", "file"]


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("old.zip", r"^--to: 'old\.zip' is there already\. Name another file, or delete it\.$"),
        ("e.pt", r"^--to: must end with \.zip, \.onnx, \.pt2 or \.safetensors, got 'e\.pt'\.$"),
        ("no/e.zip", r"^--to: no folder 'no'\. Make it first\.$"),
    ],
)
def test_file_that_cannot_be_written_is_refused(to, message):
    run = quick_run()
    Path("old.zip").write_text("mine")
    with pytest.raises(ConfigError, match=message):
        main(run, "--to", to)
    assert Path("old.zip").read_text() == "mine"


def test_full_disk_is_told(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    run = quick_run()
    monkeypatch.setattr("cnnlab.runs.exporting.archive.pack", full)
    with pytest.raises(ConfigError, match=r"^--to: cannot write 'e\.zip' \(No space left on device\)\.$"):
        main(run, "--to", "e.zip")


def test_file_is_called_after_the_run(capsys):
    run = quick_run()
    assert main(run) == 0
    assert is_exported(Path(f"{run}.zip"))
    assert f"open     {run}.zip\n" in capsys.readouterr().out


def test_photo_in_place_of_a_run_is_none():
    Image.new("RGB", (4, 4)).save("a.png")
    with pytest.raises(ConfigError, match=r"^run: no run 'a\.png'"):
        main("a.png")
