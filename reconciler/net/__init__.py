"""The only home of httpx: origin pinning, deadline, classification of failures, pacing.

Import the modules, not this package: httpx itself is imported when the first client is made.
"""
