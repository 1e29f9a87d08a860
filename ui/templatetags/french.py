"""Filters for dates, hours, amounts and numbers as a French (or English) reader expects them."""

from django import template

register = template.Library()
