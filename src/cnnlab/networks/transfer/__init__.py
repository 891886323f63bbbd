"""Transfer learning: a backbone, a head on top of it, and a procedure that says which of the two learns.

`backbones` gives networks with weights (`weights` reads them, `torchvision_networks` builds them), `network` puts a
head on one, `heads` learns from what a frozen one sees (`solved_heads` at once), `zero_shot` asks the network itself,
`transfers` describes the procedures. The room `building` makes the parts of a run of all this.
"""
