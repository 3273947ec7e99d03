"""Declarative state for Microsoft Graph security incidents, incident tasks and alerts."""

__version__ = "0.1.0"
