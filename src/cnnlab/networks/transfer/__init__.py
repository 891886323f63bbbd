"""Transfer learning: a backbone, a head on top of it, and a procedure that says which of the two learns.

`backbones.py` gives networks with weights (`weights.py` reads them), `network.py` puts a head on one, `features.py`
computes and keeps what a frozen one sees, `heads.py` learns from that, `zero_shot.py` asks the network itself,
`procedures.py` makes the parts of a run of all this. Then the run goes the way of every other, through `run.py`.
"""
