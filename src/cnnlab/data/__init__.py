"""Data sets as they come, in splits, augmented, in batches.

datasets             one loader per data set, and their table
storage              where data lies, and what a loader may use to bring it; places where it lies before that
stores               images in stores that have names, and the splits that take rows of them
arrays/              data sets of arrays: MNIST and its kin, CIFAR, STL-10
image_folders/       images as files: listing, archives, splits and classes, content, decoding, cache, published folders
splits               which images a run trains on, selects on and is tested on (held_out: how many); none is copied
scaling              how image files come to one size; resizing how arrays do
fingerprints         what stands for an image where equal and nearly equal ones are looked for
duplicates           which images of a data set show the same; leaks which of them a run learns from and is judged by
synthetic            generated images, for tests and first steps
augmentations/       pure functions of whole batches and uniform draws, and their table
image_normalization  mean and deviation of the pixels
batches              one split on the device: gathered, augmented, normalized whole pieces of an epoch at a time
staging              the way of images from main memory to a GPU, which computes meanwhile
library              one read of each data set per process, by name

It imports base alone. It never knows a configuration, a network or a run: what is asked of it comes as arguments, and
every draw is a function of (seed, stream, counter).
"""
