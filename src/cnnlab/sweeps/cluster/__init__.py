"""The runs of a sweep on a Ray cluster.

orders        what travels: an order to a node, the answer back
local_cluster a cluster of this machine alone, for as long as the sweep lives
connection    the way to a cluster, and what is said where there is none
ray_cluster   hands orders to Ray, takes answers as they come
worker        what a node does with an order
home          the sweep's folder: whether a node sees it, and where a node works that does not
handing_back  the folder of a run as bytes, where outputs/ is not shared
shipping      data sets as bytes, for nodes that lack them

Ray is imported where it is used, and nowhere at import.
"""
