from pathlib import Path

import pytest

from cnnlab.base.paths import typed_path


def test_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert typed_path("~/x") == Path("/home/me/x")
    assert typed_path("a/~") == Path("a/~")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"^must be a path, got ''\. The folder in which you work is '\.'$"),
        ("a\0b", r"^must be a path, got 'a\\x00b'\. No path contains the character 0$"),
        ("x/" + "a" * 300, r"^must be a path, got 'x/a+ …\. No file has so long a name$"),
        ("é" * 200, r"^must be a path, got 'é+ …\. No file has so long a name$"),
        ("a/" * 2000, r"^must be a path, got '[a/]+ …\. No file has so long a name$"),
        ("~no_such_user/x", r"^must be a path, got '~no_such_user/x'\. It is not known where ~no_such_user is$"),
    ],
)
def test_what_no_file_can_be_called_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        typed_path(text)


def test_home_that_is_not_known_is_one_message(monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 54321)
    with pytest.raises(ValueError, match=r"^must be a path, got '~/x'\. It is not known where ~ is$"):
        typed_path("~/x")
