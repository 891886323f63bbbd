"""Tuning: a design whose trials are proposed by what came of those before them.

space       ranges and lists in the words of a grid, and the texts of values on them
sampling    proposes trials by Optuna, and is told what came of them
keys        which keys a run has, given the options that were chosen
design      the conversation: rounds of trials, then fresh seeds of the best; beginning makes it of words
tuned       what came of it, by its files; importance what the settings matter
storing     a copy of the trials in Optuna's own storage
report      when it is written and shown: tables in the terminal, page as report.html with its charts

A sampler lives in one process and holds nothing that is read back: told the same results in the same order, it proposes
the same trials. Runs are named by what they are. So a command that was killed is repeated: what has ended is found, and
told anew. It imports Optuna when it is used, and never knows a run.
"""
