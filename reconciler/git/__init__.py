"""What git says about the folder: commit, clean or dirty."""
