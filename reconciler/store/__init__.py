"""Disk: folders of documents, the configuration file, plan files."""
