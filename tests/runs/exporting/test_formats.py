from pathlib import Path

from cnnlab.runs.exporting.formats import FORMATS, format_of


def test_suffix_tells_the_format_and_an_unknown_one_none():
    assert [format_of(Path(f"a{form.suffix}")) for form in FORMATS.values()] == list(FORMATS)
    assert format_of(Path("a.pth")) is None
