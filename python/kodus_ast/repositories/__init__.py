"""Repositories and the graphs of their commits for tasks: fetched, built, cached, invalidated."""
