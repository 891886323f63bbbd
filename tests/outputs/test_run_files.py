import numpy as np
import pytest

from cnnlab.base.errors import RunError
from cnnlab.outputs.run_files import RunFiles
from tests.run_maker import LONG

HEADER = "epoch,train_loss,train_accuracy,val_loss,val_accuracy,test_loss,test_accuracy\n"


def test_an_empty_folder_reads_as_nothing(tmp_path):
    run = RunFiles(tmp_path)
    assert (run.config, run.summary, run.classes, run.gradients) == ({}, {}, (), {})
    assert (run.predictions, run.confusion, run.mistakes) == (None, None, None)
    assert not len(run.curve("train_loss")[0])


def test_slug_is_the_run_id_without_seed_and_hash(make_run, tmp_path):
    assert make_run().slug == "cnn6-batch-relu-adam"
    assert RunFiles(tmp_path / "my-net-s12-0a1b2c3d4e").slug == "my-net"


def test_a_curve_leaves_out_what_was_not_measured_and_keeps_nan(tmp_path):
    (tmp_path / "metrics.csv").write_text(HEADER + "1,0.5,0.8,,,,\n2,nan,0.1,0.7,0.6,,\n")
    run = RunFiles(tmp_path)
    np.testing.assert_array_equal(run.curve("train_loss"), [[1, 2], [0.5, np.nan]])
    np.testing.assert_array_equal(run.curve("val_loss"), [[2], [0.7]])
    assert run.curve("test_loss")[0].shape == (0,)


def test_a_half_written_last_row_is_left_out(tmp_path):
    (tmp_path / "metrics.csv").write_text(HEADER + "1,0.5,0.8,,,,\n2,0.")
    assert RunFiles(tmp_path).curve("train_loss")[0].tolist() == [1]


def test_gradients_are_kept_by_epoch_in_the_order_of_the_layers(make_run):
    found = make_run(epochs=3).gradients
    assert list(found) == [1, 2, 3]
    assert found[2].layers[:3] == ("conv1.weight", "conv1.bias", "conv2.weight")
    np.testing.assert_allclose(found[2].max_abs[0], 30 * found[2].mean_abs[0])


def test_predictions_hold_all_scores_of_few_classes(make_run):
    run = make_run(num_test=50)
    found = run.predictions
    assert found.scores.shape == (50, 10)
    np.testing.assert_array_equal(found.predicted, found.scores.argmax(axis=1))
    np.testing.assert_array_equal(found.predicted_score, found.scores.max(axis=1))
    assert run.confusion.sum() == 50


def test_predictions_of_many_classes_hold_the_best_score(make_run):
    found = make_run(num_test=50, classes=LONG).predictions
    assert found.scores is None
    assert found.predicted_score.shape == (50,)


def test_class_names_may_hold_commas_and_quotes(make_run):
    run = make_run(classes=('a, "b"', "$5", "c\nd"), num_test=30, skill=0)
    assert run.confusion.sum() == 30


def test_files_are_read_once(make_run):
    run = make_run()
    first = run.predictions
    (run.folder / "predictions.csv").unlink()
    assert run.predictions is first


TOO_DEEP = "(it is nested too deep|while increasing flow level)"  # as the file, or as libyaml says


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.yaml", "a: [", r"config\.yaml: cannot be read, while parsing"),
        ("config.yaml", "- 1", r"config\.yaml: cannot be read, must hold keys and values, got list\.$"),
        ("summary.json", "{", r"summary\.json: cannot be read, Expecting property name"),
        ("metrics.csv", "epoch,loss\n", r"metrics\.csv: .* no column train_loss, .* It has: epoch, loss\.$"),
        ("metrics.csv", HEADER + "1,x,,,,,\n", r"metrics\.csv: .*, could not convert string to float: 'x'$"),
        ("gradients.csv", "epoch,layer\n", r"gradients\.csv: cannot be read, no column mean_abs, max_abs\."),
        ("predictions.csv", "index,target,predicted\n", r"predictions\.csv: cannot be read, no column top1_score\."),
        (
            "predictions.csv",
            "index,target,predicted,top1_score\n0,0,x,1\n",
            r"predictions\.csv: cannot be read, 'x' is none of the classes in summary\.json\.$",
        ),
        ("config.yaml", "[" * 20_000, rf"config\.yaml: cannot be read, {TOO_DEEP}"),
        ("config.yaml", "a: &a [*a]", r"config\.yaml: cannot be read, it holds aliases"),
        (
            "summary.json",
            "[" * 100_000,
            r"summary\.json: cannot be read, (it is nested too deep|while increasing flow)",
        ),
        ("summary.json", "9" * 5000, r"summary\.json: cannot be read, Exceeds the limit"),
        ("metrics.csv", HEADER + "1" * 200_000, r"metrics\.csv: cannot be read, field larger than field limit"),
        ("metrics.csv", HEADER.encode() + b"\xff", r"metrics\.csv: cannot be read, 'utf-8' codec can't decode"),
        ("gradients.csv", "epoch,layer,mean_abs,max_abs\n1e9,a,1,1\n", r"gradients\.csv: .* invalid literal for int"),
        (
            "predictions.csv",
            "index,target,predicted,top1_score\n" + "9" * 30 + ",0,0,1\n",
            r"predictions\.csv: cannot be read, .*(too large|out of bounds)",
        ),
        ("mistakes.npz", "no zip", r"mistakes\.npz: cannot be read, "),
        ("first_batch.npz", "no zip", r"first_batch\.npz: cannot be read, "),
    ],
)
def test_a_broken_file_is_named(make_run, name, content, message):
    run = make_run(num_test=20, epochs=1)
    (run.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RunError, match=message):
        _ = (run.config, run.summary, run.metrics, run.gradients, run.predictions, run.mistakes, run.first_batch)


def test_mistakes_without_index_are_named(make_run):
    run = make_run(num_test=20, epochs=1)
    np.savez(run.folder / "mistakes.npz", images=np.zeros((1, 1, 2, 2), dtype=np.uint8))
    with pytest.raises(RunError, match=r"mistakes\.npz: cannot be read, .*index"):
        _ = run.mistakes


def test_first_batch_without_a_caption_for_each_image_is_named(make_run):
    run = make_run(num_test=20, epochs=1)
    np.savez(run.folder / "first_batch.npz", images=np.zeros((2, 1, 2, 2), dtype=np.uint8), captions=["a"], size=2)
    with pytest.raises(RunError, match=r"first_batch\.npz: cannot be read, it holds no images with a caption each"):
        _ = run.first_batch


def test_pickles_are_not_loaded(make_run):
    run = make_run(num_test=20, epochs=1)
    np.savez(run.folder / "mistakes.npz", images=np.array([{}], dtype=object), index=np.zeros(1, dtype=np.int64))
    with pytest.raises(RunError, match=r"mistakes\.npz: cannot be read, Object arrays cannot be loaded"):
        _ = run.mistakes


def test_image_folder_is_called_by_its_own_name(make_run):
    run = make_run()
    assert run.data_set == "digits"
    (run.folder / "config.yaml").write_text("dataset: {name: image_folder, root: /data/birds}")
    assert RunFiles(run.folder).data_set == "birds"
