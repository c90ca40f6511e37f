"""Products that fill the roles of `ports`. Only `__main__` chooses among them."""
