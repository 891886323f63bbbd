"""Transfer learning: a backbone, a head on top of it, and a procedure that says which of the two learns.

`backbones` gives networks with weights (`torchvision_networks` builds them, `weights_files` reads files, `weights` fits
one to the other), `network` puts a head on one, `heads` learns from what a frozen one sees (`solved_heads` at once),
`zero_shot` asks the network itself, `transfers` describes the procedures. The room `building` makes the parts of a run
of all this.
"""
