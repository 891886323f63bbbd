import errno
import json

import pytest

from cnnlab.base.errors import RunError
from cnnlab.outputs.files import GRADIENTS_COLUMNS, Folder, Table, pictures_in, read_table, replacing, write_text


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "run")


def test_file_appears_only_when_all_of_it_is_written(tmp_path):
    path = tmp_path / "a" / "file.txt"
    with replacing(path) as file:
        file.write(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"


def test_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    write_text(path, "old")

    def fail_half_way():
        with replacing(path) as file:
            file.write(b"ne")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fail_half_way()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]


def test_row_that_was_cut_off_is_not_read(folder):
    row = {"epoch": 1, "layer": "fc", "mean_abs": 1.0, "max_abs": 2.0}
    folder.write_rows("gradients.csv", GRADIENTS_COLUMNS, [row])
    with (folder.path / "gradients.csv").open("a") as file:
        file.write("2,fc,0.")
    assert [each["epoch"] for each in folder.read_rows("gradients.csv")] == ["1"]


@pytest.mark.parametrize("content", [b"epoch\n\xff\n", b"epoch\n" + 200_000 * b"1"])  # a cell has 2^17 bytes at most
def test_rows_that_are_no_text_are_refused(folder, content):
    folder.path.mkdir()
    (folder.path / "metrics.csv").write_bytes(content)
    with pytest.raises(RunError, match=r"metrics\.csv: is damaged \(.*\)\. Put it back, or train the run anew: "):
        folder.read_rows("metrics.csv")


def test_json_holds_null_where_a_number_is_not_finite(folder):
    folder.write_json("summary.json", {"test": {"loss": float("nan"), "rows": [float("inf"), 1.5]}})
    assert json.loads((folder.path / "summary.json").read_text()) == {"test": {"loss": None, "rows": [None, 1.5]}}


def test_json_that_is_nested_too_deep_reads_as_empty(folder):
    write_text(folder.path / "a.json", '{"a":' * 50_000)
    assert folder.read_json("a.json") == {}


def test_table_that_is_a_folder_is_told(folder):
    (folder.path / "metrics.csv").mkdir(parents=True)
    with pytest.raises(RunError, match=r"metrics\.csv: is damaged \(.*Is a directory.*\)\. Put it back, or "):
        folder.read_rows("metrics.csv")


def test_json_that_is_missing_or_cut_off_reads_as_empty(folder):
    assert folder.read_json("env.json") == {}
    write_text(folder.path / "env.json", '{"threads": ')
    assert folder.read_json("env.json") == {}


def test_columns_are_read_by_their_names_and_missing_ones_are_told():
    table = Table(["epoch", "loss", "lr"], [["1", "0.5", "0.1"], ["2", "0.4", "0.1"]])
    assert list(table.columns(["lr", "epoch"])) == [("0.1", "1"), ("0.1", "2")]
    with pytest.raises(ValueError, match=r"^no column accuracy\. It has: epoch, loss, lr\.$"):
        table.columns(["epoch", "accuracy"])


@pytest.mark.parametrize("only", [["b", "c"], ["c", "b", "d"], ["b"]])
def test_only_some_columns_are_kept_where_they_are_there(only, tmp_path):
    (tmp_path / "a.csv").write_text("a,b,c\n1,'=2,3\n4,5\n6,7,8\n")
    table = read_table(tmp_path / "a.csv", only=only)
    assert table.column("b") == ["=2", "7"]
    assert "d" not in table.header
    with pytest.raises(ValueError, match=r"^no column d\. It has: "):
        table.column("d")


@pytest.mark.parametrize("name", ["=1+1", "@x", "-cat", "+cat", "'=x", "''@", "cat", "'s Gravenhage", "-1.5", "3"])
def test_name_that_a_spreadsheet_would_compute_is_text_there_and_itself_when_read(name, tmp_path):
    folder = Folder(tmp_path)
    folder.write_rows("a.csv", ["name"], [{"name": name}])
    cell = (tmp_path / "a.csv").read_text().splitlines()[1]
    assert cell[0] not in "=+-@" or float(cell) == -1.5
    assert folder.read_rows("a.csv") == [{"name": name}]


def test_control_characters_of_names_are_written_as_text(tmp_path):
    Folder(tmp_path).write_rows("a.csv", ["score_\x1b[31m", "x"], [{"score_\x1b[31m": 0.5, "x": "a\u202eb"}])
    assert (tmp_path / "a.csv").read_text() == "score_\\x1b[31m,x\n0.5,a\\u202eb\n"


def test_pictures_are_listed_by_name_and_none_are_no_error(tmp_path):
    assert pictures_in(tmp_path) == []
    (tmp_path / "plots").mkdir()
    for name in ("roc.png", "curves.png", "curves.pdf"):
        (tmp_path / "plots" / name).touch()
    assert [path.name for path in pictures_in(tmp_path)] == ["curves.png", "roc.png"]
