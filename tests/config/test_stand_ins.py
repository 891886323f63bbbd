"""Tables rebuilt from options.json take and refuse what the real ones do."""

import pytest

from cnnlab.base.schema import Invalid, coerce, options_of
from cnnlab.config.signatures import described
from cnnlab.config.stand_ins import head_is_trained, stand_ins
from cnnlab.config.tables import TABLES
from cnnlab.networks.transfer.heads import is_trained

VALUES = (
    None, True, "true", -1, 0, 0.3, 0.5, 1, 1.5, 2, 3, 255, 256, 1e9, "x", "all", "none", "nearest", "3", "1e-3", "",
    [], [0.1], [1, 2], [0, 1], [0.5, 0.5], ["a", "b"], [2, 1, 3], [{"name": "flip"}], {"a": 1}, float("nan"),
)  # fmt: skip


def outcome(value, annotation):
    try:
        return coerce(value, annotation)
    except Invalid as error:
        return str(error)


def test_stand_ins_hold_every_entry_of_every_table():
    assert {group: [*table] for group, table in stand_ins().items()} == {group: [*t] for group, t in TABLES.items()}


@pytest.mark.parametrize("group", TABLES)
def test_options_of_a_stand_in_take_and_refuse_the_same_values(group):
    for name, factory in TABLES[group].items():
        rebuilt = options_of(stand_ins()[group][name])
        assert [*rebuilt] == [*options_of(factory)]
        for option, parameter in options_of(factory).items():
            annotation = rebuilt[option].annotation
            assert repr(rebuilt[option].default) == repr(parameter.default), (group, name, option)
            assert described(annotation, None) == described(parameter.annotation, None)
            for value in VALUES:
                got, wanted = outcome(value, annotation), outcome(value, parameter.annotation)
                assert repr(got) == repr(wanted), (group, name, option, value)


def test_stand_ins_know_which_heads_are_trained():
    heads = TABLES["head"]
    assert {name: head_is_trained(name) for name in heads} == {name: is_trained(name) for name in heads}
    assert head_is_trained("nothing") is None
