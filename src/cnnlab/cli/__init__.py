"""The command line, and the only user of Hydra besides the plugins.

main             help at once, else dispatching finds the command; turns errors into exit codes
looking          the words of `cnnlab data`; looking_at_data what is done with the data
commands/        their list, a module for each that reads its own_arguments, or flags of other tools; asking: predict's
arguments        command, flags, overrides; carrying_out what becomes of them, tuning of those of `cnnlab tune`,
                 finding_rates its find=lr, reproducing of those of `cnnlab reproduce`
composition      Hydra composes the configuration and hands it to the job; composing_points those of a sweep
consent          what only the words of a command line may bring: plugins, and factories that Hydra calls
composed, jobs   a composed configuration in plain values, and what is done with it
help_text        what --help shows of a command that Hydra composes
completion       what completes a word behind a command that reads its own arguments
spelling         what is typed as other programs take it: the right spelling
translation      a command line in our words: of other tools, in any case, with a folder of photos
meanings         which key and which option a word means
own_photos       folders and archives of one's own photos
quoting          values that Hydra would read as something else than they mean
grid_words       zip=, exclude= and ranges, which Hydra's grammar lacks: keys of the sweeper for it, and back
words, swept     what is wrong with a word by itself, and how many values it stands for
problems         everything that is wrong with a command line, in the user's words
hydra_errors     what Hydra's and YAML's errors say, in one line
hydra_versions   where Hydra 1.3 and 1.4 differ

It imports runs and all below, sweeps and comparison; no torch when it is imported, and Hydra only for commands that
compose. It never knows how anything is computed: what it finds out is which function to call.
"""
