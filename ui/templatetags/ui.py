"""The component tags: props are declared, an unknown one fails when the template is compiled."""

from django import template

register = template.Library()
