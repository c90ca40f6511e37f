"""One suite per port, which every adapter of it passes."""
