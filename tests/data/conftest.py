import urllib.request
from urllib.error import URLError

import pytest

OFFLINE = r"cannot be downloaded \(\[Errno -2\] Name or service not known\)\."


@pytest.fixture
def offline(monkeypatch):
    """Refuse every download, as a machine without a network does."""

    def refuse(*_: object, **__: object) -> None:
        raise URLError(OSError(-2, "Name or service not known"))

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
