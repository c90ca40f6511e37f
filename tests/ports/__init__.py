"""One test suite per port; every adapter passes it."""
