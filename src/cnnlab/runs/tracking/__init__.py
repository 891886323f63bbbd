"""Runs told to trackers, beside their own files: TensorBoard, MLflow, Weights & Biases, Trackio.

tracker      what a tracker is, and what it is told of a run
trackers     TRACKERS, the table; one adapter a file: tensorboard, mlflow, wandb, trackio
following    one tracker of one run, in a thread of its own: it may fail, or take its time
tracking     all trackers of a run, from its first epoch to its end

A tracker decides nothing and holds up nothing: one that fails or cannot be reached costs one line, and at the end of
the run no more than LIMIT. It has the names and figures of metrics.csv and summary.json. One that has been told of an
epoch is not told again, whatever came between; one that has not is told late. Libraries are imported when a run of
theirs begins, and whether they are there is looked at before that (`config.part_rules`).
"""
