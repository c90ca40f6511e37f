"""What impact is measured by: compilers, tests, releases."""
