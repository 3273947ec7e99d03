"""The only home of httpx: origin pinning, deadline, redaction, pacing."""
