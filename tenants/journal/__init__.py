"""The journal: what a run asked of the world and what it was told, durable before anything follows from it.

From it come resuming, honest effects, replay, suspension and the comparison of versions.
"""

# What a recorded run relies on besides its component: how calls, replies and clock readings are exchanged.
INTERFACE = 1
