"""What is in a data set, before anything is trained on it: `cnnlab data`.

stocktaking  the look itself, image by image: counts, files, duplicates, means and samples
survey       what was found, as one value, and what has to be said of it
tables       for the terminal, as CSV and as JSON
page         report.html of a data set, offline

It imports data, outputs, webpage and base; of these, survey, tables and page load no torch. Data sets are handed in, as
they come and in the splits of a run. It never reads a configuration, knows no run and no comparison, and changes
nothing about the images. What a run says of its own leaks stands in data and runs.
"""
