"""The JSON Schemas of our own files, built from code; schemas/ holds their text for editors."""
