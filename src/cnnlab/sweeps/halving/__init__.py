"""Successive halving: many arms begin with few epochs, the better ones go on with more, those left are compared.

design      which arms go on, and for how many epochs
beginning   from words to the conversation, and which study it is
report      its file, and the comparison that is shown

Jamieson and Talwalkar 2016, Non-stochastic best arm identification and hyperparameter optimization, AISTATS. Which arms
go on is chosen by validation, at one seed that the comparison does not have. So what is said of those left is as sure
as of any arms; of those that fell nothing is claimed. The run of a stage is a run of so many epochs, with a schedule of
its own; where that does not know its end, it goes on from the run of the stage before, which changes no bit.
"""
