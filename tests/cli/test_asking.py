"""What `cnnlab predict` asks; runs are tested with the command itself."""

from pathlib import Path

import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.cli.commands import predict
from cnnlab.cli.main import main as cnnlab_main


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("a.safetensors", "a.png"),
            r"^run: 'a\.safetensors' holds weights without a network\. cnnlab predict takes a run",
        ),
        (
            ("a.onnx", "a.png", "--features", "maps"),
            r"^--features: 'a\.onnx' is one graph, whose layers are not known\.",
        ),
        (
            ("a.onnx", "--features", "maps"),
            r"^--features: 'a\.onnx' is one graph, whose layers are not known\. Name the",
        ),
        (
            ("a.onnx", "a.png", "--device", "cuda"),
            r"^--device: 'a\.onnx' computes on the CPU, got cuda\. Name the run\.$",
        ),
        (("a.pt2", "a.png"), r"^run: torch reads 'a\.pt2' by pickle, which can run code\. .* add --trust; a file of"),
    ],
)
def test_file_that_is_not_used_so_is_refused(words, message):
    for name in ("a.onnx", "a.pt2", "a.safetensors"):
        Path(name).write_bytes(b"")
    Image.new("RGB", (8, 8)).save("a.png")
    with pytest.raises(ConfigError, match=message):
        predict.main(words, Stop())


@pytest.mark.parametrize(("file", "trust"), [("a.onnx", ()), ("a.pt2", ("--trust",))])
def test_table_is_that_of_the_run_where_the_run_is_not(file, trust, monkeypatch, capsys):
    digits = str(Path(__file__).parents[2] / "docs" / "digits")
    small = ("dataset.per_class=20", "model.width=0.1", "epochs=1", "plots=false", "precision=fp32")
    assert cnnlab_main(["train", *small]) == 0
    assert cnnlab_main(["export", "latest", "--to", file]) == 0
    assert f"next     cnnlab predict {' '.join([*trust, file])} IMAGE..." in capsys.readouterr().out
    assert cnnlab_main(["predict", "latest", digits]) == 0
    expected = capsys.readouterr().out.split("\n", 1)[1]
    Path("elsewhere").mkdir()
    Path("outputs").rename("gone")
    monkeypatch.chdir("elsewhere")
    assert cnnlab_main(["predict", *trust, f"../{file}", digits, "--sheet", "s.png"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.startswith(expected)
    assert Path("s.png").is_file()
