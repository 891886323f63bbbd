"""Many runs: a sweep is a conversation with a design.

designs           a generator that yields lists of points and is sent what became of them; `grid` yields once
leading           which design the words ask for; steering their keys (steering_keys): until, trials, halving and more
until_decided     a design that adds seeds where the answer is open
tuning/           a design whose trials are chosen by what came of those before
fair/, halving/   designs that tune all arms alike, or let weak ones fall; fresh_seeds over which they are compared then
siblings          studies of one name that ask different things; looked what they were looked at before
points            what a sweep runs, as typed; naming what it is called; zipping, exclusions: less than all combinations
checked           points that are valid runs, or refused with a reason
sweep             asks the design, has the runs launched, tells it what came of them
launching         hands runs to a launcher until every one has ended; clock the time they may take
choosing          in this process or by workers, how many at a time, with how many threads
pool, worker_process, worker   runs in processes of their own
abreast           runs in turns, in one process on one GPU; sources where they come from
cluster/          runs on the nodes of a Ray cluster
plan              what a sweep would do; telling what it says of its runs before they go on
run_progress      how far a run is, by its files; watch how all stand; onlooking the same from another process
study_comparison  the comparison, refreshed while runs go on, as often as pacing allows; pictures of the runs

Launchers, watch, resume and report know nothing of designs: a new design is one generator, chosen in `leading`.

It imports runs, comparison, plots, config, outputs and base; torch only when runs are checked. It never knows Hydra: a
function that composes a point and one that launches are handed in.
"""
