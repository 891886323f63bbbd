import zipfile
from pathlib import Path

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.exported import is_exported, opened_run, pack
from cnnlab.outputs.run_folder import RunFolder

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def folder():
    run = RunFolder(Path("a-run"))
    run.write_config({"seed": 3}, ["seed=3"])
    run.write_json("backbone/config.yaml", {"seed": 4})
    return run.path


def test_packed_folder_is_opened_as_it_was():
    pack(folder(), Path("mine.v2.zip"))
    with opened_run("mine.v2.zip") as run:
        assert (run.run_id, run.read_config(), run.read_overrides()) == ("mine.v2", {"seed": 3}, ["seed=3"])
        assert RunFolder(run.path / "backbone").read_config() == {"seed": 4}
    assert not run.path.exists()


def test_same_folder_has_the_same_bytes_whenever_it_was_written():
    pack(folder(), Path("a.zip"))
    Path("a-run/config.yaml").touch()
    Path("a-run/config.yaml").chmod(0o600)
    pack(Path("a-run"), Path("b.zip"))
    assert Path("a.zip").read_bytes() == Path("b.zip").read_bytes()


def test_run_that_is_no_file_is_found_by_its_name():
    with opened_run(str(folder())) as run:
        assert run.path == Path("a-run")
    with pytest.raises(ConfigError, match=r"^run: no run 'nothing', outputs/runs is empty"), opened_run("nothing"):
        pass


def test_files_of_other_names_and_places_are_left_where_they_are():
    with zipfile.ZipFile("e.zip", "w") as archive:
        for name in ("config.yaml", "../out.txt", "/elsewhere/out.txt", "code.py", "backbone/../../config.yaml"):
            archive.writestr(name, "seed: 3\n")
    with opened_run("e.zip") as run:
        assert [path.name for path in run.path.rglob("*")] == ["config.yaml"]
        assert [path.name for path in run.path.parent.iterdir()] == ["e"]


def test_file_that_would_fill_the_disk_is_refused():
    with zipfile.ZipFile("e.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.yaml", "seed: 3\n")
        archive.writestr("checkpoints/best.pt", bytes(2**24))
    message = r"^run: 'e\.zip' is damaged \(checkpoints/best\.pt would take 16,777,216 bytes\)\. Get it again\.$"
    with pytest.raises(ConfigError, match=message), opened_run("e.zip"):
        pass


def test_damaged_file_is_refused():
    pack(folder(), Path("e.zip"))
    content = bytearray(Path("e.zip").read_bytes())
    place = content.index(b"seed: 3")
    content[place] ^= 1
    Path("e.zip").write_bytes(content)
    message = r"^run: 'e\.zip' is damaged \(Bad CRC-32 for file 'config\.yaml'\)"
    with pytest.raises(ConfigError, match=message), opened_run("e.zip"):
        pass


def test_other_files_are_no_exports():
    with zipfile.ZipFile("photos.zip", "w") as archive:
        archive.writestr("cats/1.png", b"")
    Path("text.zip").write_text("PK")
    assert not any(map(is_exported, (Path("photos.zip"), Path("text.zip"), Path("nothing"), Path())))
