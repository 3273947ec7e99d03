"""One module per command's story; each reads like a sentence."""
