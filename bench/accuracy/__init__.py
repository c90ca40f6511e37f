"""Accuracy of the graph's calls against what each language's own tools say, on pinned packages."""


class MissingToolError(Exception):
    """An oracle needs a program that is not here; the message says which and how it is had."""
