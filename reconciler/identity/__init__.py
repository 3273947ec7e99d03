"""Tokens: azure-identity's only home. What is chosen is used, nothing else is tried."""
