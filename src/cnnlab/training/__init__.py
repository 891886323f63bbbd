"""How a network learns: the engine, and all that it turns.

engine         `for record in fit(...)`: one EpochRecord per epoch; prints nothing, writes nothing
evaluation     what a network says of images, and how right it is
step           one training step: forward, backward, clipping, optimizer, average
workspaces     where steps find images and learning rates and leave their figures; device_workspace: on a GPU
stepping       takes the steps of an epoch, captured where that is possible
capturing      a step as a CUDA graph, and the proof that it is the same
tracks         stream, memory and draws of one run among several that take turns
selection      which epoch's weights are kept, and when training ends early: validation decides
losses         num_classes -> module; and their table
metric_losses  losses that see the features too
optimizers     parameters -> torch optimizer; and their table
muon, adagrad, decoupled_sgd   optimizers that torch lacks, or has for steps that read the host alone
averaging      averages of the weights; progressive small images first, layers that stop learning
schedulers     step -> factor of the learning rate; and their table
solving        the one epoch of a head that is solved at once
learning       the ways in which a run learns: in steps, at once, or not at all

The engine is an iterator: saving, plotting, stopping and progress are its caller's loop. Averages weight each image
once; the test split is evaluated where its curve is wanted, and decides nothing.

It imports base, networks and data. It never knows files, configuration, terminals or Hydra.
"""
