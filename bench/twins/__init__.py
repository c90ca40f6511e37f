"""How well twins are found: a labelled set made of pinned packages, and what is reported of it."""
