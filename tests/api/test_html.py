"""HTML of a notebook: names are text, whatever they hold."""

from cnnlab.api import html


def test_names_are_no_html_and_no_commands_to_a_terminal():
    assert html.paragraph("<script>\x1b") == r"<p>&lt;script&gt;\x1b</p>"
    assert html.paragraph("a", is_strong=True) == "<p><b>a</b></p>"
    assert html.code("a & b") == "<p><code>a &amp; b</code></p>"


def test_table_has_names_to_the_left_and_numbers_to_the_right():
    left, right = (f' style="text-align:{side}"' for side in ("left", "right"))
    found = html.table(("arm", "n", "verdict"), [("a<b", "5", "best")], texts=(0, 2))
    head = f"<th{left}>arm</th><th{right}>n</th><th{left}>verdict</th>"
    row = f"<td{left}>a&lt;b</td><td{right}>5</td><td{left}>best</td>"
    assert found == f"<table><thead><tr>{head}</tr></thead><tbody><tr>{row}</tr></tbody></table>"


def test_picture_lies_inside(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x00\x01")
    assert 'src="data:image/png;base64,AAE=" alt="a &quot;b&quot;"' in html.picture(tmp_path / "a.png", about='a "b"')
