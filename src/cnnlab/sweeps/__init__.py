"""Many runs: a sweep is a conversation with a design.

designs           a generator that yields lists of points and is sent what became of them; `grid` yields once
steering          until=decided and the other words that steer: which design they ask for
until_decided     a design that adds seeds where the answer is open
tuning/           a design whose trials are chosen by what came of those before
siblings          studies of one name that ask different things: which of them a sweep goes on with
looked            what a study was looked at before, and what follows for its seeds
points            what a sweep runs, as typed; naming what it is called; zipping, exclusions: less than all combinations
checked           points that are valid runs, or refused with a reason
sweep             asks the design, has the runs launched, tells it what came of them
launching         hands runs to a launcher until every one has ended; clock the time they may take
choosing          in this process or by workers, how many at a time, with how many threads
pool, worker_process, worker   runs in processes of their own
abreast           runs in turns, in one process on one GPU; sources where they come from
cluster/          runs on the nodes of a Ray cluster
plan              what a sweep would do
run_progress      how far a run is, by its files; watch how all of them stand, whoever trains them
study_comparison  the comparison, refreshed while runs go on, shown at the end

Launchers, watch, resume and report know nothing of designs: a new design is one generator, chosen in `steering`.

It imports runs, comparison, plots, config, outputs and base; torch only when runs are checked. It never knows Hydra: a
function that composes a point and one that launches are handed in.
"""
