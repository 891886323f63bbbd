"""A fair comparison: every arm is tuned over one space with as many trials, then compared over seeds that no trial had.

words       the space, as `fair=` and a study give it
arms        an arm and its search: which keys it has, what it is once its values are chosen
design      all searches in step, so that every core has a run; then the comparison
beginning   from words to the conversation, and which study it is
report      its files, and the comparison that is shown; pages shows the trials of each arm

Tuning sees validation alone, and a seed that is apart from those of the comparison. Each arm has a sampler of its own,
of one kind and one seed: its trials follow from its own results, and arms that are added change nothing of others.
"""
