"""Many runs: a sweep is a conversation with a design.

designs           a generator that yields lists of points and is sent what became of them; `grid` yields once
steering          until=decided, max_seeds, max_hours: which design the words ask for
until_decided     a design that adds seeds where the answer is open
looked            what a study was looked at before, and what follows for its seeds
points            what a sweep runs, in the words of the command line; naming what it is called
checked           points that are valid runs, or refused with a reason
sweep             asks the design, has the runs launched, tells it what came of them
launching         hands runs to a launcher until every one has ended; clock the time they may take
processes, worker runs in processes of their own
abreast           runs in turns, in one process on one GPU
cluster/          runs on the nodes of a Ray cluster
plan              what a sweep would do
watch             how the runs stand, by their files, whoever trains them
study_comparison  the comparison, refreshed while runs go on, shown at the end

Launchers, watch, resume and report know nothing of designs: a new design is one generator, chosen in `steering`.

It imports runs, comparison, plots, config, outputs and base; torch only when runs are checked. It never knows Hydra: a
function that composes a point and one that launches are handed in.
"""
