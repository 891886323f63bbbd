"""What other tools call our keys and options, and what they have that is called or done otherwise here. No torch.

A word of KEYS or NAMES is taken for what it means; a word of ANSWERS is answered with what to type.
"""

from __future__ import annotations

from collections.abc import Mapping

KEYS: Mapping[str, str] = {
    **dict.fromkeys(("lr0", "learning_rate", "base_lr", "init_lr", "initial_lr", "max_lr", "lr_max"), "optimizer.lr"),
    **dict.fromkeys(("wd", "l2"), "optimizer.weight_decay"),
    "momentum": "optimizer.momentum",  # not the running averages' of batch normalization
    **dict.fromkeys(("bs", "batch", "batchsize", "train_batch_size", "per_device_train_batch_size"), "batch_size"),
    **dict.fromkeys(("img", "imgsz", "imgsize", "img_size", "input_size", "size", "resolution"), "dataset.image_size"),
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
    **dict.fromkeys(("base_model", "encoder", "feature_extractor"), "backbone"),
    **dict.fromkeys(
        ("val_split", "validation_split", "val_size", "valid_pct", "validation_fraction"), "dataset.val_fraction"
    ),
    **dict.fromkeys(("test_split", "test_size"), "dataset.test_fraction"),
    **dict.fromkeys(("cv", "kfold", "k_fold", "k_folds", "n_folds", "num_folds", "n_splits"), "cross_validation"),
    **dict.fromkeys(("early_stopping_patience", "early_stop_patience", "es_patience"), "patience"),
    **dict.fromkeys(
        ("clip_grad", "clip_grad_norm", "max_grad_norm", "grad_clip", "clipnorm", "gradient_clip_val"), "grad_clip_norm"
    ),
    **dict.fromkeys(("clip_value", "clipvalue"), "grad_clip_value"),
    **dict.fromkeys(("warmup", "warm_up"), "scheduler.warmup_epochs"),
    "step_size": "scheduler.every_epochs",
    "smoothing": "loss.label_smoothing",
    "lrf": "scheduler.min_factor",
    "torchcompile": "compile",
    **dict.fromkeys(("logger", "loggers", "report_to"), "tracker"),
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

_GPU = "a GPU is used if there is one. To choose, write device=cuda, device=cuda:1 or device=cpu"
_HALF = "write precision=bf16, or fp32; auto takes bf16 where the hardware computes in it"
_TRANSFER = "pretrained networks belong to another command. Type: cnnlab transfer"
_DROPOUT = "takes the place of the normalization here. Write normalization=dropout normalization.p=0.5"
_FOLDER = "runs are saved in outputs/ of the working folder, or where outputs= says. Write outputs=<folder>"
_NAME = "a run is named by its content. A sweep takes a name: study=<name>"
_STEPS = "training is counted in epochs. Write epochs=10"
_RESUME = "a run that was interrupted goes on with: cnnlab resume <run>"
_QUIET = "a run prints one line per epoch; more is in its train.log. Leave it out"
_BETAS = "write both: optimizer.betas=[0.9,0.999]"
_FROZEN = "say how many of the last layers are trained: cnnlab transfer transfer=finetune transfer.trainable_layers=2"
_LOGS = "each run keeps its figures in metrics.csv and its pictures in plots/. Leave it out"
_TRIAL = "to try a run quickly, give it less: epochs=1 dataset.fraction=0.1"
_SUMMED = "gradients are not accumulated over batches. Write batch_size=128"
_VALIDATION = "validation images are a share of training's, dataset.val_fraction=0.1, or the folder val beside train"
_SCALED = "images are scaled and normalized by the training split. Otherwise: normalize=imagenet, or none"
_POLICY = "there is no policy of this name. See: cnnlab list augmentation"
_PATHS = "no network here has it. Against overfitting: augmentation=flip_crop, optimizer.weight_decay=0.01"
_COLORS = "write augmentation=color_jitter"
_EPOCH = "an epoch is one pass over the whole split. For less, write dataset.fraction=0.1"
_VALIDATED = "validation is measured after each epoch. Leave it out"
_SAME = "the same command gives the same bits on the same device. Leave it out"
_SAVED = "the best weights are kept, and an interrupted run goes on where it stopped. Leave it out"
_CHOICE = "the epoch with the best validation accuracy is kept. Leave it out"

ANSWERS: Mapping[str, str] = {
    **dict.fromkeys(("gpu", "gpus", "gpu_id", "ngpu", "num_gpus", "devices", "cuda", "use_cuda", "no_cuda"), _GPU),
    **dict.fromkeys(("accelerator", "cpu", "mps", "strategy", "num_nodes", "local_rank"), _GPU),
    **dict.fromkeys(("amp", "fp16", "bf16", "mixed_precision", "use_amp", "dtype"), _HALF),
    **dict.fromkeys(("pretrained", "finetune", "fine_tune"), _TRANSFER),
    **dict.fromkeys(("freeze", "freeze_backbone", "freeze_epochs", "frozen_stages", "unfreeze"), _FROZEN),
    "include_top": "the head is always a new one. Choose it: head=linear",
    **dict.fromkeys(("feature_extract", "feature_extraction"), "type: cnnlab transfer transfer=features"),
    **dict.fromkeys(("dropout", "drop", "drop_rate", "dropout_rate", "p_dropout"), _DROPOUT),
    **dict.fromkeys(("save_dir", "output_dir", "out_dir", "outdir", "output", "logdir", "log_dir"), _FOLDER),
    **dict.fromkeys(("name", "exp_name", "experiment_name", "run_name", "project"), _NAME),
    **dict.fromkeys(("max_steps", "num_steps", "steps", "iterations", "iters", "num_iterations"), _STEPS),
    **dict.fromkeys(("resume", "checkpoint", "ckpt", "ckpt_path", "load"), _RESUME),
    **dict.fromkeys(("verbose", "quiet", "log_interval", "print_freq", "debug", "log_every_n_steps"), _QUIET),
    **dict.fromkeys(("beta1", "beta2"), _BETAS),
    **dict.fromkeys(("metric", "metrics", "monitor", "save_best", "save_best_only", "restore_best_weights"), _CHOICE),
    **dict.fromkeys(("early_stop", "callbacks", "callback", "cbs"), "keys do what callbacks do: patience=5, ema=0.999"),
    "csv_logger": _LOGS,
    **dict.fromkeys(("fast_dev_run", "limit_train_batches", "limit_val_batches", "overfit_batches"), _TRIAL),
    **dict.fromkeys(("accumulate_grad_batches", "accumulation_steps", "gradient_accumulation_steps"), _SUMMED),
    **dict.fromkeys(("grad_accum_steps", "accum_iter", "nbs"), _SUMMED),
    **dict.fromkeys(("validation_data", "val_data", "val_dir", "valid_dir"), _VALIDATION),
    **dict.fromkeys(("mean", "std", "rescale", "normalise"), _SCALED),
    **dict.fromkeys(("auto_augment", "autoaugment", "aa", "randaugment", "trivialaugment", "augmix"), _POLICY),
    **dict.fromkeys(("drop_path", "drop_path_rate", "stochastic_depth"), _PATHS),
    **dict.fromkeys(("hsv_h", "hsv_s", "hsv_v", "brightness_range", "colorjitter", "color_jitter"), _COLORS),
    **dict.fromkeys(("erasing", "reprob", "random_erasing"), "write augmentation=cutout"),
    **dict.fromkeys(("item_tfms", "batch_tfms"), "write dataset.image_size=64 augmentation=flip_crop"),
    **dict.fromkeys(("mosaic", "close_mosaic", "copy_paste"), "is for object detection. Leave it out"),
    **dict.fromkeys(("min_lr", "eta_min", "lr_min"), "write it as a fraction of the rate: scheduler.min_factor=0.01"),
    **dict.fromkeys(("warmup_lr", "warmup_bias_lr"), "a warm-up rises from 0: scheduler.warmup_epochs=1"),
    "cooldown_epochs": "write scheduler=wsd, which falls at the end",
    "cos_lr": "write scheduler=cosine",
    **dict.fromkeys(("reduce_lr_on_plateau", "reduce_on_plateau", "lr_plateau"), "write scheduler=plateau"),
    **dict.fromkeys(("class_mode", "label_mode", "labels"), "the folders are the classes. Leave it out"),
    **dict.fromkeys(("steps_per_epoch", "validation_steps"), _EPOCH),
    **dict.fromkeys(("check_val_every_n_epoch", "val_check_interval", "validation_freq"), _VALIDATED),
    **dict.fromkeys(("reproducible", "cudnn_deterministic", "cudnn_benchmark"), _SAME),
    **dict.fromkeys(("mode", "task"), "the command says it: train, transfer, predict, ... Leave it out"),
    **dict.fromkeys(("save_period", "save_freq", "save_every", "save_total_limit"), _SAVED),
    **dict.fromkeys(("crop_pct", "hidden_units"), "cannot be chosen here. Leave it out"),
    **dict.fromkeys(("layer_decay", "discriminative_lr"), _FROZEN),
    "model_ema": "write its decay: ema=0.999",
    "exist_ok": "a run is named by its content and found again. To train it again: rerun=true",
    "cache": "images are decoded once and kept. Leave it out",
    "channels_last": "is used wherever it helps. Leave it out",
    "early_stopping": "write how many epochs it waits: patience=5",
    "nesterov": "it is an optimizer of its own. Write optimizer=nesterov",
    "warmup_steps": "a warm-up is counted in epochs. Write scheduler.warmup_epochs=1",
    "t_max": "a cosine spans all epochs. Leave it out",
    **dict.fromkeys(("num_classes", "nc", "n_classes"), "the data decides. To keep the first five: dataset.classes=5"),
    **dict.fromkeys(("channels", "in_channels", "in_chans", "color_mode"), "the images decide. Leave it out"),
    "input_shape": "the images decide. To resize them: dataset.image_size=64",
    "cutmix": "write augmentation=cutmix",
    "mixup": "write augmentation=mixup",
    **dict.fromkeys(("hflip", "fliplr", "horizontal_flip", "flip"), "write augmentation=horizontal_flip"),
    **dict.fromkeys(("rotate", "rotation_range"), "write augmentation=rotation augmentation.degrees=15"),
    "batch_norm": "write normalization=batch, or normalization=none",
    **dict.fromkeys(("layers", "depth", "num_layers"), "a network's depth is part of its name: cnnlab list model"),
    **dict.fromkeys(("filters", "hidden_size", "num_filters"), "write model.width=2 for twice as many everywhere"),
    **dict.fromkeys(("repeat", "repeats", "n_repeats", "runs", "n_runs", "seeds"), "write -m seed=0,1,2,3,4"),
}  # fmt: skip
"""Word -> what to type in its place, where its value says something else here. It goes behind `word: `."""

BLOCKS: Mapping[str, str] = {
    "small": "write scale=small",
    "half": f"write scale=half; for half of the bits, {_HALF}",
}
"""Block of a study's file -> what to type where it is given no keys."""

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
             "sparsecategoricalcrossentropy": "cross_entropy", "nllloss": "cross_entropy",
             "focalloss": "focal", "mseloss": "mse", "mae": "l1", "l1loss": "l1"},
    "normalization": {"bn": "batch", "batchnorm": "batch", "batchnorm2d": "batch", "gn": "group", "groupnorm": "group",
                      "ln": "layer", "layernorm": "layer", "in": "instance", "instancenorm": "instance",
                      "false": "none", "no": "none", "off": "none"},
    "optimizer": {"sgdmomentum": "momentum", "momentumsgd": "momentum", "nag": "nesterov"},
    "scheduler": {"none": "constant", "no": "constant", "off": "constant", "cosineannealing": "cosine",
                  "cosineannealinglr": "cosine", "steplr": "step", "multisteplr": "multistep",
                  "exponentiallr": "exponential", "onecyclelr": "onecycle", "1cycle": "onecycle",
                  "reducelronplateau": "plateau", "reduceonplateau": "plateau", "linearlr": "linear"},
}  # fmt: skip
"""Group -> what else an option is called, in small letters and digits alone -> its name."""

VALUES: Mapping[str, Mapping[str, str]] = {
    "device": {"gpu": "cuda", **{str(number): f"cuda:{number}" for number in range(16)}},
    "precision": {
        "32": "fp32", "32-true": "fp32", "float32": "fp32", "bf16-mixed": "bf16", "bfloat16": "bf16",
    },
}  # fmt: skip
"""Key -> what else a value of it is called, in small letters -> the value."""
