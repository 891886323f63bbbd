"""The ground floor: what every room may use.

version      of cnnlab
errors       the ways in which a command ends without a traceback, and "did you mean"
schema       bounds of options, and the check of a plain value against an annotation
paths        paths as a user types them
texts        times in words, names cut to the room there is
stopping     the wish to stop, heard from a command's first line to its last
cores        cores and threads that this process may use
processes    whether a process is there, and how helpers end with the one they help
drafts       what is written beside its place, and what killed processes left of it; locks of files
turns        work that yields wherever other work may go on
printing     what is printed: harmless, and no reason to end a run when it cannot be
meanwhile    a line on the terminal that names what takes long; progress: how far it is
randomness   counted randomness: every draw from a generator of (seed, stream, counter)
compiler     torch's compiler, left out where nothing is compiled
memory       what the process keeps, what it took at most, what is said when it does not suffice
free_memory  what a process may still take; no torch
hashing      hashes of files, each computed once while the file stays as it is
runtime      device, precision, threads, and what is recorded of the machine
metrics      confusion matrix, accuracies, ROC, from plain arrays; intervals of a share, without NumPy
downloads    torchvision's downloads: quiet, bounded in time, one message when they fail

It imports nothing of cnnlab. It never knows what a run, a data set, a network or a configuration is: a helper that
needs to know lives in the room that it is about.
"""
