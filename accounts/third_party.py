"""The policies of the URLs we did not write (allauth), by view name."""

from accounts.policy import Policy

POLICIES: dict[str, Policy] = {}
