"""cnnlab inside a program or a notebook: what `import cnnlab` offers.

calls     train, transfer, sweep, tune: what the commands of these names do
words     their arguments, as words of a command line
guest     a call leaves the program that makes it as it was, and Ctrl-C counts
heard     what a command prints meanwhile: a line, or all, or nothing
run       a run: configuration, figures, tables, model, pictures
exported  a run that was given away, out of its file
study     a study: tables, verdict, page; a tuning: its trials
finding   runs and studies of before, and the table of runs
images    what `Run.predict` is given: files, arrays, tensors
frames    tables as pandas' data frames
html      how they show themselves in a notebook; picture a file that one shows

It stands above cli: it carries out command lines, so that a call and a command mean the same run. Its functions are
those of `cnnlab/__init__.py`, which import it when they are called; whatever goes wrong is raised. It loads torch,
Hydra, pandas and matplotlib only where they are used. It never composes, trains or compares anything by itself.
"""
