"""Mails and webhooks about runs and tasks: what stands in the outbox is sent, until it has arrived or is given up."""
