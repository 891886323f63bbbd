"""What `import cnnlab` offers: it loads nothing, and every function says what it does."""

import inspect
import subprocess
import sys

import pytest

import cnnlab


def test_importing_it_loads_nothing_but_python():
    python = "import __future__, sys, typing; before = {*sys.modules}"
    code = f"{python}; import cnnlab; print(*sorted({{*sys.modules}} - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("cnnlab cnnlab.base cnnlab.base.version\n", "")


@pytest.mark.parametrize("name", cnnlab.__all__)
def test_name_is_there_and_says_what_it_is(name):
    found = getattr(cnnlab, name)
    assert inspect.getdoc(found)
    if inspect.isfunction(found):
        assert "return" in found.__annotations__
        assert "Raises:" in found.__doc__
    else:
        assert issubclass(found, Exception) or all(
            inspect.getdoc(each) for key, each in vars(found).items() if not key.startswith("_")
        )


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"^module 'cnnlab' has no attribute 'trian'$"):
        cnnlab.trian  # noqa: B018 - an attribute
