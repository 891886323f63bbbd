from cnnlab.runs.model_card import model_card

SUMMARY = {
    "run_id": "resnet18-features-svm-s0-0123456789",
    "classes": ["ants", "b|ees"],
    "scores_are": "decision values",
    "calibration": {"scale": 2.0, "images": 24},
    "selected_by": "validation accuracy",
    "best_epoch": 1,
    "parameters": 11_000_000,
    "data": {"train": 221, "val": 24, "test": 25},
    "val": {"accuracy": 0.875},
    "test": {
        "accuracy": 0.84,
        "balanced_accuracy": 0.83,
        "majority_accuracy": 0.56,
        "per_class": {"ants": {"precision": 0.9, "recall": 0.8, "support": 14}},
    },
}
CONFIG = {
    "seed": 0,
    "dataset": {"name": "image_folder", "root": "insects", "per_class": 50},
    "backbone": {"name": "resnet18", "weights": "imagenet"},
    "transfer": {"name": "features"},
    "head": {"name": "svm"},
}


def card(summary=SUMMARY, config=CONFIG):
    return model_card(
        summary, config, {"cnnlab": "1.0", "torch": "2.9"}, ["cnnlab", "transfer", "head=svm"], "my e.zip"
    )


def test_card_says_data_figures_with_intervals_and_the_command():
    text = card()
    assert "Tells 2 classes of images apart: ants, b\\|ees." in text
    assert "Backbone resnet18 (weights: imagenet), features, head svm." in text
    assert "cnnlab predict 'my e.zip' photo.jpg folder/" in text
    assert "image_folder, folder insects per_class=50: 221 train, 24 val, 25 test images." in text
    assert "| test | 25 | 84.0 % | 65.3 to 93.6 |" in text  # Wilson 1927
    assert "| ants | 14 | 90.0 % | 80.0 % |" in text
    assert "probabilities are calibrated on 24 validation images" in text
    assert "cnnlab transfer head=svm" in text
    assert "Seed 0, epoch 1, 11,000,000 parameters; cnnlab 1.0, torch 2.9." in text


def test_what_a_damaged_summary_lacks_is_left_out():
    text = card(summary={"run_id": "x"}, config={})
    assert "Tells 0 classes" in text
    assert "- train, - val, - test images" in text


def test_many_classes_are_counted():
    text = card(summary={**SUMMARY, "classes": [f"c{i}" for i in range(60)]})
    assert "c9 and 50 more" in text
    assert "And 10 more classes, in summary.json." in text
