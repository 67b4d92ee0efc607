"""Webhooks on the registry's events: stored with the change itself, then sent, signed, until they have arrived."""
