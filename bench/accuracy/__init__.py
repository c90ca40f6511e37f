"""Accuracy of the graph's calls against what each language's own tools say, on pinned packages."""
