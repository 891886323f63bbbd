"""Networks: modules, their initial weights, and weights that others trained.

activations     (): module; and their table
normalizations  (num_features, spatial_dims): module; and their table; batch_norm with corrected statistics
models/         families of networks, one a file; each is `features` and `classifier`
scores          what outputs say of the classes: probabilities, or values whose order alone counts
flops           operations of a forward pass; views of an image whose answers are averaged
transfer/       backbones with weights, heads on top, the procedures that say which of the two learns

A model gets normalization and activation as factories, so that they mean the same in every family. Modules draw their
weights in `reset_parameters`, each under its own name, so that arms share what they have in common.

It imports base alone. It never knows data sets, losses, optimizers, files of a run or a configuration; what it wants of
another room, such as the network of a finished run, is handed in as a function.
"""
