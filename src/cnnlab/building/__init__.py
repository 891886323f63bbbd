"""From a configuration to the parts of a run: data, network, loss, optimizer, schedule.

parts          what a run is made of, whichever command builds it
supplies       what they are built with, besides configuration and machine
procedures     which builder makes the parts: that of the run's command
train          the parts of `cnnlab train`
transfer       the parts of `cnnlab transfer`
data           the data of a run: read, split, scaled, placed, in batches
networks       networks from the tables, on a device, counted
learning       loss, optimizer, schedule and what goes with them
features       what a frozen backbone sees, computed once and kept
saved_network  a finished run's network, with the weights that were selected; also as a backbone
image_network  the same for other programs: it prepares images itself

Initial weights are drawn here, on the CPU, under (seed, init, module name), so that arms share them.

It imports config, training, networks, data, outputs and base. It never knows terminals, sweeps or what becomes of the
parts; it writes nothing but the caches of decoded images and of features.
"""
