"""Desired and live → plan: compare, spill, risks, make. Pure."""
