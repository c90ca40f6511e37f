"""Code graph and change impact: two commits in, the affected functions out."""
