"""The look of the house."""
