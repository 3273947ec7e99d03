"""Editing: where everything of a file stands, and the few places that change."""
