"""Hostile repositories, and how tasks about them end."""
