"""doctor --probe: what the documentation leaves open, found out on one test incident, and undone.

``subject``: may this incident be probed. ``bench``: reads before each write, the journal, and the
way back. ``writes`` and ``reads``: the questions. ``story``: the whole of it, in order.
"""
