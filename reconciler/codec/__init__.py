"""Model ↔ JSON, strict and streamed: plan files, results."""
