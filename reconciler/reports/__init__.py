"""One pure renderer per format: text, markdown, github."""
