from cnnlab.plots import batch
from tests.run_maker import LONG, texts_of


def test_every_image_has_its_caption_and_the_header_says_what_they_are(make_run):
    run = make_run()
    figure = batch(run)
    assert [text.get_text() for text in figure.axes[0].texts] == list(run.first_batch.captions)
    assert len(figure.axes[0].images) == 24
    texts = texts_of(figure)
    assert "The first 24 images, as the network is given them" in texts
    assert any(text.endswith("32 x 32 pixels") for text in texts)


def test_long_names_are_cut(make_run):
    figure = batch(make_run(classes=LONG))
    assert any("…" in text.get_text() for text in figure.axes[0].texts)


def test_run_that_kept_none_has_no_picture(make_run):
    run = make_run()
    (run.folder / "first_batch.npz").unlink()
    assert batch(run) is None
