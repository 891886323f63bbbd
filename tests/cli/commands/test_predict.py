import csv
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.hashing import file_hash
from cnnlab.base.stopping import Stop
from cnnlab.cli.commands import predict
from cnnlab.config.load import load
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.summary_file import read_summary
from cnnlab.runs.predicting import sources
from cnnlab.runs.predicting.classification import scoring
from cnnlab.runs.run import execute
from tests.conftest import cnnlab, composed, interrupted_after, tiny
from tests.runs.trained import only_run


def main(words):
    return predict.main(words, Stop())


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    """A folder with images, bright and dark ones, and a run that was trained on them."""
    folder, draw = tmp_path_factory.mktemp("trained"), np.random.default_rng(0)
    for name, low in (("bright", 150), ("dark", 0)):
        (folder / "images" / name).mkdir(parents=True)
        for i in range(20):
            pixels = draw.integers(low, low + 100, (10, 10, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "images" / name / f"{i:02}.png")
    data = ("dataset=image_folder", "dataset.root=images", "dataset.val_fraction=0")
    network = ("model=plain_cnn", "model.width=0.2", "epochs=10", "batch_size=8", "plots=false", "precision=fp32")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        outcome = execute(load(composed(*data, *network)))
    assert outcome.summary["test"]["accuracy"] == 1
    return folder


@pytest.fixture
def trained(trained_once, tmp_path):
    """A run that tells bright from dark, and the images on which it was trained, all to do with as one likes."""
    shutil.copytree(trained_once, tmp_path, dirs_exist_ok=True)
    return only_run().run_id


@pytest.mark.parametrize("words", [["photo.jpg"], ["photo.jpg", "other.jpg"], ["photos"]])
def test_run_that_is_left_out_is_asked_for_with_the_last_one(words, in_empty_folder):
    (in_empty_folder / "photos").mkdir()
    (in_empty_folder / "photo.jpg").touch()
    (in_empty_folder / "other.jpg").touch()
    line = " ".join(words)
    with pytest.raises(
        ConfigError, match=rf"^run: '{words[0]}' is not a run, .* first\. cnnlab predict '<run>' {line}$"
    ):
        main(words)
    for number, name in enumerate(("old", "new")):
        status = in_empty_folder / "outputs" / "runs" / name / "status.json"
        status.parent.mkdir(parents=True)
        status.write_text("{}")
        os.utime(status, (number, number))
    with pytest.raises(ConfigError, match=rf"the run is named first\. The last one: cnnlab predict new {line}$"):
        main(words)


def test_images_are_classified_as_in_training(trained, capsys):
    assert main([trained, "images/dark/00.png", "images/bright"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["class", "probability", "runner-up", "file"]
    assert lines[0].split()[0] == "dark"
    assert lines[0].endswith("images/dark/00.png")
    assert [line.split()[0] for line in lines[1:21]] == ["bright"] * 20
    assert lines[21] == "total    bright 20, dark 1"


def test_scores_of_the_test_split_are_those_of_the_run(trained):
    assert main([trained, "images", "--csv", "all.csv"]) == 0
    scores = read("all.csv")
    columns = ["file", "predicted", "score_bright", "score_dark", "probability", "second", "second_probability"]
    assert list(scores[0]) == [*columns, "target"]
    run = RunFolder(Path("outputs/runs") / trained).read_rows("predictions.csv")
    found = {row["file"]: float(row["score_dark"]) for row in scores}
    assert all(found[f"images/{row['file']}"] == pytest.approx(float(row["score_dark"]), abs=1e-5) for row in run)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_precision_is_that_of_the_run(precision, monkeypatch):
    folder = execute(tiny(f"precision={precision}")).folder
    Image.new("RGB", (8, 8)).save("a.png")
    used = []

    def noted(trained, runtime):
        used.append(runtime.precision)
        return scoring(trained, runtime)

    monkeypatch.setattr(sources, "scoring", noted)
    assert main([folder.run_id, "a.png"]) == 0
    assert used == [precision]


def read(path):
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def test_console_script_says_what_folders_called_after_classes_make_of_the_answers(trained):
    done = cnnlab("predict", trained, "images", "--csv", "p.csv", "--sheet", "s.png")
    assert (done.returncode, done.stderr) == (0, "")
    lines, text = done.stdout.splitlines(), " ".join(done.stdout.split())
    assert max(map(len, lines)) <= 80
    assert "total bright 20, dark 20" in text
    assert "right 100 % (40 of 40; 95 % interval 91 to 100) by the names of their folders." in text
    assert "true \\ predicted bright dark bright 20 0 dark 0 20" in text
    assert "known the run saw 32 of them in training or validation, 8 are its test images." in text
    assert "Of the others 100 % (8 of 8; 95 % interval 68 to 100)." in text
    assert lines[-4:] == [
        "open     p.csv",
        "open     s.png",
        "         and 1 more beside it",
        "open     s-confusion.png",
    ]
    assert {row["target"] == row["predicted"] for row in read("p.csv")} == {True}


def test_image_that_cannot_be_read_is_named_and_the_others_are_classified(trained, capsys):
    Path("broken.png").write_bytes(b"no image")
    assert main([trained, "broken.png", "images/dark/00.png"]) == 1
    captured = capsys.readouterr()
    assert "cnnlab predict: cannot be read: broken.png (text, no image)" in captured.err
    assert [line.split()[0] for line in captured.out.splitlines()[:2]] == ["class", "dark"]


def test_nothing_that_can_be_read_is_one_message(trained):
    for name in "ab":
        Path(f"{name}.png").write_bytes(b"no image")
    with pytest.raises(RunError, match=r"^images: none can be read, of 2\. The first: a\.png \(text, no image\)"):
        main([trained, "a.png", "b.png", "--csv", "p.csv"])
    assert not Path("p.csv").exists()


@pytest.mark.parametrize("change", [{"model": {}}, {"classes": 3}])
def test_weights_of_something_else_are_refused(trained, change):
    folder = RunFolder(Path("outputs/runs") / trained)
    folder.save_checkpoint("best.pt", folder.load_checkpoint("best.pt") | change)
    with pytest.raises(RunError, match=r"checkpoints/best\.pt: is not of this run \(\w+Error\)\. Put it back, or"):
        main([trained, "images"])


def test_weights_that_are_gone_are_told(trained):
    RunFolder(Path("outputs/runs") / trained).delete_checkpoint("best.pt")
    with pytest.raises(RunError, match=r"checkpoints/best\.pt: is gone\. Put it back, or train the run anew: its"):
        main([trained, "images"])


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["nowhere.png"], r"images: no file or folder 'nowhere\.png'\."),
        (["pipe.png"], r"images: no file or folder 'pipe\.png'\."),
        (["empty"], r"images: no images in folder 'empty'\. It takes \.apng, \.avif, \.bmp"),
    ],
)
def test_missing_images_are_refused(paths, message):
    Path("empty").mkdir()
    os.mkfifo("pipe.png")
    with pytest.raises(ConfigError, match=message):
        main(["run", *paths])


def test_run_without_weights_is_refused():
    with interrupted_after(1):
        execute(tiny())
    Image.new("RGB", (8, 8)).save("a.png")
    with pytest.raises(
        ConfigError, match=r"is interrupted, it has no weights yet\. Finish it: cnnlab resume outputs/runs/"
    ):
        main(["cnn6", "a.png"])


def test_decision_values_stand_beside_the_probabilities_that_they_are_calibrated_to(trained, capsys):
    folder = RunFolder(Path("outputs/runs") / trained)
    folder.save_checkpoint("best.pt", folder.load_checkpoint("best.pt") | {"scores_are": "decision values"})
    assert main([trained, "images/dark/00.png", "--csv", "a.csv"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == ["class", "score", "runner-up", "file"]
    assert "%" not in out.splitlines()[1]
    assert "no probabilities, scores are decision values: the run kept no calibration." in " ".join(out.split())
    assert [row["probability"] for row in read("a.csv")] == [""]
    folder.write_json("summary.json", read_summary(folder) | {"calibration": {"scale": 0.0, "images": 9}})
    assert main([trained, "images/dark/00.png", "--csv", "b.csv"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == ["class", "probability", "score", "runner-up", "file"]
    assert out.splitlines()[1].split()[:3] == ["dark", "50.0", "%"]
    assert "note     probabilities are scores calibrated on the run's 9 validation images." in out
    assert [(row["probability"], row["second"]) for row in read("b.csv")] == [("0.5", "bright")]
    assert [row["score_dark"] for row in read("a.csv")] == [row["score_dark"] for row in read("b.csv")]


def test_of_many_images_the_table_shows_the_least_sure_ones(trained, capsys):
    Path("images/dark/notes.txt").write_text("mine")
    assert main([trained, "images", "images/dark", "--csv", "a.csv"]) == 0
    first, _, *lines = capsys.readouterr().out.splitlines()
    assert first == "the 20 least sure of 60; all of them: a.csv"
    shown = [float(line.split()[1]) for line in lines[:20]]
    assert shown == sorted(shown)
    assert len(read("a.csv")) == 60
    assert "left out 2 files that are not images (.txt 2)" in lines


def test_plugin_that_has_changed_is_refused(trained):
    Path("mine.py").write_text("x = 1")
    folder = RunFolder(Path("outputs/runs") / trained)
    folder.write_config(folder.read_config() | {"plugins": ["mine.py"]}, [])
    folder.write_json("env.json", {"plugins": [file_hash(Path("mine.py"))]})
    assert main([trained, "images/dark/00.png", "--plugins", "mine.py"]) == 0
    Path("mine.py").write_text("x = 2")
    with pytest.raises(ConfigError, match=r"--plugins: not what \S+ was trained with, got mine\.py: other files"):
        main([trained, "images/dark/00.png", "--plugins", "mine.py"])


def test_photo_whose_name_is_no_utf_8_is_written_as_text(trained):
    Path("images/dark/00.png").rename(os.fsdecode(b"images/dark/caf\xe9.png"))
    assert main([trained, "images/dark", "--csv", "p.csv"]) == 0
    assert [row["file"] for row in read("p.csv")][-1] == r"images/dark/caf\xe9.png"


def test_csv_that_cannot_be_written_is_told(trained):
    with pytest.raises(ConfigError, match=r"--csv: cannot write 'no/where\.csv' \(No such file or directory\)\."):
        main([trained, "images/dark/00.png", "--csv", "no/where.csv"])


def test_submission_has_a_row_for_every_image_by_the_number_in_its_name(trained, capsys):
    Path("test").mkdir()
    for i, source in ((1, "bright/00"), (10, "dark/00"), (2, "dark/01")):
        Path(f"test/{i}.png").write_bytes(Path(f"images/{source}.png").read_bytes())
    assert main([trained, "test", "--submission", "s.csv"]) == 0
    assert Path("s.csv").read_bytes() == b"id,label\n1,bright\n2,dark\n10,dark\n"
    assert capsys.readouterr().out == "open     s.csv\n         3 rows\n"  # no table: it would be as long


def test_submission_is_not_written_where_a_row_would_be_missing(trained, capsys):
    Path("broken.png").write_bytes(b"no image")
    message = r"^--submission: 's\.csv' is not written: 1 of 2 images cannot be read, and a submission has a row for"
    with pytest.raises(RunError, match=message):
        main([trained, "broken.png", "images/dark/00.png", "--submission", "s.csv"])
    assert "cnnlab predict: cannot be read: broken.png (text, no image)" in capsys.readouterr().err
    assert not Path("s.csv").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["a/1.png", "b/1.png", "--submission", "s.csv"], r"^--submission: .* got '1' twice: a/1\.png and b/1\.png\."),
        (["a/1.png", "b/1.png", "--features", "maps"], r"^--features: .* got '1' twice: a/1\.png and b/1\.png\."),
        (["a", "--submission", "no/s.csv"], r"^--submission: no folder 'no'\. Make it first\.$"),
        (
            ["a", "--submission", "old.csv"],
            r"^--submission: 'old\.csv' is there already\. Name another file, or delete",
        ),
        (
            ["raw", "--submission", "s.csv"],
            r"^--submission: would lack rows, .*: 1 picture that cnnlab does not read \(\.nef",
        ),
        (["a", "--sheet", "s.jpg"], r"^--sheet: must be a PNG file, got 's\.jpg'\. Call it sheet\.png\.$"),
        (["a", "--sheet", "no/s.png"], r"^--sheet: no folder 'no'\. Make it first\.$"),
        (["a", "--sheet", "a/1.png"], r"^--sheet: 'a/1\.png' is there already\. Name another file, or delete it\.$"),
        (["--features", "maps", "--sheet", "s.png"], r"^images: none given\."),
        (
            ["a", "--features", "old.csv"],
            r"^--features: 'old\.csv' is no folder\. Name one; it is made if it is not th",
        ),
        ([], r"^images: none given\. Name files or folders; only --features by itself takes test images\.$"),
        (["--features", "maps", "--csv", "p.csv"], r"^images: none given\."),
        (["--features", "maps", "--submission", "s.csv"], r"^images: none given\."),
    ],
)
def test_what_cannot_be_written_is_refused_before_a_run_is_looked_for(args, message):
    for name in "ab":
        Path(name).mkdir()
        Image.new("RGB", (8, 8)).save(f"{name}/1.png")
    Path("raw").mkdir()
    Image.new("RGB", (8, 8)).save("raw/1.png")
    Path("raw/2.NEF").write_bytes(b"raw")
    Path("old.csv").write_text("mine")
    with pytest.raises(ConfigError, match=message):
        main(["run", *args])
    assert Path("old.csv").read_text() == "mine"
    assert not Path("maps").exists()


def test_submission_that_cannot_be_written_is_told(trained, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cnnlab.cli.commands.predict.write_submission", full)
    with pytest.raises(ConfigError, match=r"^--submission: cannot write 's\.csv' \(No space left on device\)\.$"):
        main([trained, "images/dark", "--submission", "s.csv"])


def test_features_draw_a_picture_of_each_image_beside_the_table(trained, capsys):
    assert main([trained, "images/dark/00.png", "images/bright/01.png", "--features", "new/maps"]) == 0
    assert sorted(path.name for path in Path("new/maps").iterdir()) == ["00.png", "01.png"]
    with Image.open("new/maps/00.png") as picture:
        assert picture.size[0] > 800
    *table, opened, more = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in table[1:3]] == ["dark", "bright"]
    assert (opened, more) == ("open     new/maps/00.png", "         and 1 more beside it")


def test_features_without_images_are_those_of_a_test_image_of_each_class(trained, capsys):
    assert main([trained, "--features", "maps"]) == 0
    rows = RunFolder(Path("outputs/runs") / trained).read_rows("predictions.csv")
    first = {row["target"]: row["index"] for row in reversed(rows)}
    assert {path.stem for path in Path("maps").iterdir()} == {f"test-{index}" for index in first.values()}
    table = capsys.readouterr().out.splitlines()[1:3]
    assert [line.split()[0] for line in table] == ["bright", "dark"]
    assert table[0].endswith(f"test image {first['bright']} (bright)")


def test_features_draw_over_no_file(trained):
    before = Path("images/dark/01.png").read_bytes()
    with pytest.raises(ConfigError, match=r"^--features: 'images/dark/01\.png' is there already\. Name another folder"):
        main([trained, "images/bright/01.png", "--features", "images/dark"])
    assert Path("images/dark/01.png").read_bytes() == before
