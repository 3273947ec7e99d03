"""What git says: commit, clean or dirty; documents at a commit; the applied tree, read and replaced."""
