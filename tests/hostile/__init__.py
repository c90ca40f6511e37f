"""Repositories that mean harm, and what becomes of the tasks about them."""
