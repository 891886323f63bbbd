"""Transfer learning: a backbone, a head on top of it, and a procedure that says which of the two learns.

`backbones` gives networks with weights: from one of the `sources` (torchvision, timm, packages of weights), whose
networks `published` makes into backbones, or from a finished run. `weights_files` reads files, `weights` fits them to
a network, `network` puts a head on one, `heads` learns from what a frozen one sees (`solved_heads` at once),
`zero_shot` asks the network itself, `transfers` describes the procedures. The room `building` makes the parts of a run
of all this.
"""
