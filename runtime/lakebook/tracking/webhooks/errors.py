"""What goes wrong with webhooks, in words for their user."""


class WebhookError(Exception):
    """Something cannot be done with webhooks; one clear sentence."""
