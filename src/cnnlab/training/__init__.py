"""How a network learns: the engine, and all that it turns.

engine         `for record in fit(...)`: one EpochRecord per epoch; prints nothing, writes nothing
selection      which epoch's weights are kept, and when training ends early: validation decides
losses         num_classes -> module; and their table
metric_losses  losses that see the features too
optimizers     parameters -> torch optimizer; and their table
muon           an optimizer that torch lacks
adagrad        one that torch has, for steps that read nothing on the host
schedulers     step -> factor of the learning rate; and their table
solving        the one epoch of a head that is solved at once
learning       the ways in which a run learns: in steps, at once, or not at all

The engine is an iterator: saving, plotting, stopping and progress are its caller's loop. Averages weight each image
once; the test split is evaluated where its curve is wanted, and decides nothing.

It imports base, networks and data. It never knows files, configuration, terminals or Hydra.
"""
