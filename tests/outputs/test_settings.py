from cnnlab.outputs.settings import differing, parts_of, settings


def test_settings_are_flat_texts():
    plain = {"epochs": 5, "ema": None, "optimizer": {"name": "sgd", "lr": 0.001, "nesterov": True}}
    assert settings(plain) == {
        "epochs": "5", "ema": "null", "optimizer": "sgd", "optimizer.lr": "0.001", "optimizer.nesterov": "true",
    }  # fmt: skip


def test_settings_of_a_damaged_file_are_texts_however_deep_they_are_nested():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert settings({"epochs": deep, "optimizer": {"lr": {"x": 1}}}) == {"epochs": "...", "optimizer.lr": "{'x': 1}"}


def test_differing_settings_name_parts_first_and_leave_the_seed_out():
    runs = [{"a.lr": "1", "a": "x", "b": "0", "seed": "0"}, {"a.lr": "2", "a": "y", "b": "0", "seed": "1"}]
    assert differing(runs) == ["a", "a.lr"]


def test_name_of_an_arm_is_parted_at_its_settings_whatever_blanks_are_in_them():
    assert parts_of("no decay optimizer.betas=[0.9, 0.99] +a.b=c") == [
        "no decay",
        "optimizer.betas=[0.9, 0.99]",
        "+a.b=c",
    ]
    assert parts_of("") == []
