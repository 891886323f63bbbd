"""One run from configuration to summary.

job              one run as a job: plain configuration in, outcome out, whatever goes wrong; planned: one only to see
beginning        a run that has not begun: which others it may go abreast with
outcome          how a job ended, as launchers are told; finished: how a run did, found by its name
runner           one run after the other, in a process that does nothing else
run_context      what a run is told besides its configuration: console, library, stop, tracking, who is beside it
run              named, and found finished, or trained (training_run: lock, resume, loop, summary): the one way in
first_batch      the first training images as the network is given them, to be looked at
loop             the epochs: weighed, written down (records), saved; judging: whether they go on; clock: how long
summary          how the run has ended, as summary.json tells it
training_state   where training stands at an epoch border, as a checkpoint; extending by more epochs than were asked
results, scores  the selected weights, scored on every split, on the test split once
calibration      decision values as probabilities, by the validation split; draughtsman: who draws the pictures
endings          what can come between a run and its end, and what is written down then
console          how a run speaks, on the terminal and in its log: what it is (opening), how it ended (result_lines)
found            what a run found in its data, in words; data_at_hand whether the data is there
saved_config     the configuration of a saved run, with its plugins; tested_images, pictures: what it was tested on
exporting/       a run made into a file to be given away; model_card: what it says of itself
estimate         what a run will take (cost), feature_samples by a few images; rate_search a test of learning rates
tracking/        trackers that are told of a run: TensorBoard, MLflow, Weights & Biases, Trackio
predicting/      images that a run has not been asked about before; inspecting/: a look into its network, its page

Finding a finished run loads no torch. It imports building and all below it, plots, webpage. It never knows Hydra, other
runs, or the sweep that it is part of.
"""
