"""What other tools call our keys and options, and what they have that is called or done otherwise here. No torch.

A word of KEYS or NAMES is taken for what it means; a word of ANSWERS is answered with what to type.
"""

from __future__ import annotations

from collections.abc import Mapping

KEYS: Mapping[str, str] = {
    **dict.fromkeys(("lr0", "learning_rate", "base_lr", "init_lr", "initial_lr", "max_lr"), "optimizer.lr"),
    **dict.fromkeys(("wd", "l2"), "optimizer.weight_decay"),
    "momentum": "optimizer.momentum",  # not the running averages' of batch normalization
    **dict.fromkeys(("bs", "batch", "batchsize", "train_batch_size", "per_device_train_batch_size"), "batch_size"),
    **dict.fromkeys(("imgsz", "imgsize", "img_size", "input_size", "size", "resolution"), "dataset.image_size"),
    **dict.fromkeys(("num_workers", "n_workers", "dataloader_workers"), "workers"),
    **dict.fromkeys(("max_epochs", "num_epochs", "n_epochs", "num_train_epochs", "nb_epoch"), "epochs"),
    **dict.fromkeys(("random_state", "random_seed", "manual_seed"), "seed"),
    **dict.fromkeys(("num_threads", "n_threads"), "threads"),
    **dict.fromkeys(("opt", "optim"), "optimizer"),
    **dict.fromkeys(("arch", "architecture", "net", "network"), "model"),
    **dict.fromkeys(("act", "act_fn", "nonlinearity"), "activation"),
    **dict.fromkeys(("norm", "norm_layer"), "normalization"),
    **dict.fromkeys(("sched", "lr_scheduler", "lr_schedule", "schedule"), "scheduler"),
    **dict.fromkeys(("criterion", "loss_fn", "objective"), "loss"),
    **dict.fromkeys(("aug", "augment", "augmentations", "transforms"), "augmentation"),
    "classifier": "head",
    **dict.fromkeys(("val_split", "validation_split", "val_size", "validation_fraction"), "dataset.val_fraction"),
    **dict.fromkeys(("test_split", "test_size"), "dataset.test_fraction"),
    **dict.fromkeys(("cv", "kfold", "k_fold", "n_splits"), "cross_validation"),
    "early_stopping_patience": "patience",
    **dict.fromkeys(("clip_grad", "clip_grad_norm", "max_grad_norm", "grad_clip", "clipnorm"), "grad_clip_norm"),
    **dict.fromkeys(("clip_value", "clipvalue"), "grad_clip_value"),
    **dict.fromkeys(("warmup", "warm_up"), "scheduler.warmup_epochs"),
    "step_size": "scheduler.every_epochs",
    "smoothing": "loss.label_smoothing",
    "ema_decay": "ema",
    "width_mult": "model.width",
}
"""Word -> the key that means the same, so that its value carries over."""

SHORT: Mapping[str, str] = {"a": "model", "b": "batch_size", "e": "epochs", "j": "workers", "s": "seed"}
"""Letter of a flag, such as `-b 32` -> key."""

FOLDERS = (
    "data", "data_folder", "data_path", "data_root", "dataset_dir", "dataset_path", "ds", "folder", "image_dir",
    "img_dir", "path", "root", "source", "train_data_dir", "train_dir",
)  # fmt: skip
"""Words that give a data set or its folder."""

_GPU = "a GPU is taken where there is one. To choose, write device=cuda, device=cuda:1 or device=cpu"
_HALF = "write precision=bf16, or fp32; auto takes bf16 where the hardware multiplies it"
_TRANSFER = "a pretrained network is the command transfer's. Type: cnnlab transfer"
_DROPOUT = "takes the place of the normalization here. Write normalization=dropout normalization.p=0.5"
_FOLDER = "runs lie in outputs/ of the folder in which you work, or where outputs= says. Write outputs=<folder>"
_NAME = "a run is named by its content. A sweep takes a name: study=<name>"
_STEPS = "training is counted in epochs. Write epochs=10"
_RESUME = "a run that was interrupted goes on with: cnnlab resume <run>"
_QUIET = "a run says a line an epoch, more is in its train.log. Leave it out"
_BETAS = "write both: optimizer.betas=[0.9,0.999]"
_CHOICE = "the epoch with the best validation accuracy is kept. Leave it out"

ANSWERS: Mapping[str, str] = {
    **dict.fromkeys(("gpu", "gpus", "gpu_id", "ngpu", "num_gpus", "devices", "cuda", "use_cuda", "no_cuda"), _GPU),
    **dict.fromkeys(("accelerator", "cpu", "mps"), _GPU),
    **dict.fromkeys(("amp", "fp16", "bf16", "half", "mixed_precision", "use_amp", "dtype"), _HALF),
    **dict.fromkeys(("pretrained", "finetune", "fine_tune", "freeze", "freeze_backbone", "unfreeze"), _TRANSFER),
    **dict.fromkeys(("dropout", "drop", "drop_rate", "dropout_rate", "p_dropout"), _DROPOUT),
    **dict.fromkeys(("save_dir", "output_dir", "out_dir", "outdir", "output", "logdir", "log_dir"), _FOLDER),
    **dict.fromkeys(("name", "exp_name", "experiment_name", "run_name", "project"), _NAME),
    **dict.fromkeys(("max_steps", "num_steps", "steps", "iterations", "iters", "num_iterations"), _STEPS),
    **dict.fromkeys(("resume", "checkpoint", "ckpt", "ckpt_path", "load"), _RESUME),
    **dict.fromkeys(("verbose", "quiet", "log_interval", "print_freq", "debug"), _QUIET),
    **dict.fromkeys(("beta1", "beta2"), _BETAS),
    **dict.fromkeys(("metric", "metrics", "monitor", "save_best", "save_best_only"), _CHOICE),
    "early_stopping": "write the epochs that it waits: patience=5",
    "nesterov": "it is an optimizer of its own. Write optimizer=nesterov",
    "warmup_steps": "a warm-up is counted in epochs. Write scheduler.warmup_epochs=1",
    "t_max": "a cosine spans all epochs. Leave it out",
    **dict.fromkeys(("num_classes", "nc", "n_classes"), "the data says it. To keep the first five: dataset.classes=5"),
    **dict.fromkeys(("channels", "in_channels", "in_chans"), "the images say it. Leave it out"),
    "cutmix": "write augmentation=cutmix",
    "mixup": "write augmentation=mixup",
    **dict.fromkeys(("hflip", "fliplr", "horizontal_flip", "flip"), "write augmentation=horizontal_flip"),
    "rotate": "write augmentation=rotation augmentation.degrees=15",
    "batch_norm": "write normalization=batch, or normalization=none",
    **dict.fromkeys(("layers", "depth", "num_layers"), "a network's depth is its name's: cnnlab list model"),
    **dict.fromkeys(("filters", "hidden_size", "num_filters"), "write model.width=2 for twice as many everywhere"),
    **dict.fromkeys(("repeat", "repeats", "n_repeats", "runs", "n_runs", "seeds"), "write -m seed=0,1,2,3,4"),
}  # fmt: skip
"""Word -> what to type in its place, where its value says something else here. It goes behind `word: `."""

NAMES: Mapping[str, Mapping[str, str]] = {
    "activation": {"swish": "silu", "lrelu": "leaky_relu", "linear": "identity", "none": "identity"},
    "augmentation": {
        "false": "none", "no": "none", "off": "none", "flip": "horizontal_flip", "hflip": "horizontal_flip",
        "crop": "random_crop", "colorjitter": "color_jitter", "randomerasing": "cutout", "rotate": "rotation",
    },
    "dataset": {"mnistfashion": "fashion_mnist", "fmnist": "fashion_mnist", "imagefolder": "image_folder",
                "tinyimagenet200": "tiny_imagenet", "catsvsdogs": "dogs_vs_cats", "antsbees": "hymenoptera"},
    "head": {"svc": "svm", "linearsvc": "svm", "logreg": "logistic", "logisticregression": "logistic",
             "nearestneighbours": "knn", "fc": "linear"},
    "loss": {"ce": "cross_entropy", "crossentropyloss": "cross_entropy", "categoricalcrossentropy": "cross_entropy",
             "focalloss": "focal", "mseloss": "mse", "mae": "l1", "l1loss": "l1"},
    "normalization": {"bn": "batch", "batchnorm": "batch", "batchnorm2d": "batch", "gn": "group", "groupnorm": "group",
                      "ln": "layer", "layernorm": "layer", "in": "instance", "instancenorm": "instance",
                      "false": "none", "no": "none", "off": "none"},
    "optimizer": {"sgdmomentum": "momentum", "momentumsgd": "momentum", "nag": "nesterov"},
    "scheduler": {"none": "constant", "no": "constant", "off": "constant", "cosineannealing": "cosine",
                  "cosineannealinglr": "cosine", "steplr": "step", "multisteplr": "multistep",
                  "exponentiallr": "exponential", "onecyclelr": "onecycle", "1cycle": "onecycle",
                  "reducelronplateau": "plateau", "linearlr": "linear"},
}  # fmt: skip
"""Group -> what else an option is called, in small letters and digits alone -> its name."""
