from cnnlab.config.options import groups, option_table
from cnnlab.config.synonyms import ANSWERS, FOLDERS, KEYS, NAMES, SHORT


def test_synonyms_mean_keys_and_options_that_there_are():
    table = option_table()
    options = {
        f"{group}.{option}" for group in groups() for e in table["groups"][group].values() for option in e["options"]
    }
    assert {*KEYS.values(), *SHORT.values()} <= {*table["keys"], *groups(), *options}
    for group, names in NAMES.items():
        assert {*names.values()} <= {*table["groups"][group]}
    assert not {*KEYS, *FOLDERS} & {*ANSWERS}
    assert not {*KEYS} & {*FOLDERS}
    assert not {*KEYS, *ANSWERS} & {*table["keys"], *groups()}
