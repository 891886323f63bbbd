"""What a run is: a composed configuration, checked, and named by its content.

run_config    the frozen dataclasses: every key, with unit, default and role (roles, keys)
tables        the tables of parts, by the name of their group
options       what there is to choose and to set, read from a table that `signatures` writes
synonyms      what other tools call it
values        what is said of each value by itself, by the tables or, without torch, by their stand_ins
load          plain dict in, RunConfig out, or one ConfigError with every problem
rules         what fields ask of each other; part_rules what only the parts themselves can tell
groups        which groups take part in a run, resolved for `transfer`
identity      RunConfig -> run id: a hash of all that changes the result
plugins       files that add entries to the tables; trackers which ones there are, and whether they are installed
conf_files    the files of conf/ and what their comments say

A factory's signature is the schema of its options; YAML holds values, no code. Only `tables`, `signatures`,
`part_rules` and what plugins bring load torch, so that help, listings, refusals and finished runs come at once.

It imports training, networks, data, outputs and base. It never knows Hydra: what it gets is plain values, whoever
composed them; and it builds nothing.
"""
