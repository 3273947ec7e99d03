"""The nouns of the house, in the order of a run: documents → desired → live → plan → outcome.

Frozen values only; nothing here reads, writes, prints or decides. A word that Graph uses keeps
Graph's spelling in string data; a word of ours is snake_case.

``words`` → ``desired`` → ``live`` → ``plan`` → ``outcome``: each imports from those before it.
"""
