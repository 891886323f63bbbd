"""Every file of a run and of a study: written atomically, read back, in one way.

files         a folder of JSON and CSV files; one step per file, a reader sees the old or the new one
run_folder    outputs/runs/<run id>: configuration, metrics, predictions, log, checkpoints
study_folder  outputs/<study>: the question, the grid of runs; results_table its results.csv
fair_tuning   how arms were tuned before they were compared; halving_file which of them fell; workers how they ran
status        status.json: what a run says of itself
standing      how a run stands, by what it says, and by its lease and lock
lease         who is at a run, for machines that share a disk but no locks
lock          one process at a run, by both; what a disk answers that cannot be written
settings      a configuration as flat settings, for tables and names of arms
summary_file  summary.json of a run that has ended, checked
first_batch   first_batch.npz: the first training images as the network is given them
mistakes      mistakes.npz: the pictures that were misclassified
run_files     what a run wrote, as arrays, each file read at most once: for pictures
limits        what a study never goes beyond
reported      numbers of a report beside measured ones, checked
finding       a run by its path, its id or a part of it, or as the latest or the best
exported      a run's folder packed into one file, and opened again without trust
reaching      what it took a run to first reach validation accuracies

It imports base alone, and no torch: tables, reports and pictures work where there is none (checkpoints load it when
they are asked for). It never knows how a run is made or what its figures are good for.
"""
