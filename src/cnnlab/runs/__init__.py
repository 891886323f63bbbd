"""One run from configuration to summary.

job              one run as a job: plain configuration in, outcome out, whatever goes wrong
beginning        a run that has not begun: which others it may go abreast with
outcome          how a job ended, as launchers are told; no torch
runner           one run after the other, in a process that does nothing else
run              skip, lock, resume, then the loop and the summary
first_batch      the first training images as the network is given them, to be looked at
loop             the epochs, one after the other: weighed, written down, saved; judging: whether they go on
clock            how long the run takes
summary          how the run has ended, as summary.json tells it
training_state   where training stands at an epoch border, as a checkpoint
records          an epoch as rows of metrics.csv and gradients.csv
results, scores  the selected weights, scored on every split, on the test split once
calibration      decision values as probabilities, by the validation split
endings          what can come between a run and its end, and what is written down then
console          what a run says on the terminal and in its log; result_lines how it ended, and how sure that is
found            what a run found in its data, in words
saved_config     the configuration of a saved run, with its plugins
pictures         images that a run was tested on, to be shown
exporting        a run made into a file to be given away; model_card: what it says of itself
estimate         what a run will take, feature_samples by a few images; rate_search a range test of learning rates
predicting/      images that a run has not been asked about before

It imports building and all below it, and plots. It never knows Hydra, other runs, or the sweep that it is part of.
"""
