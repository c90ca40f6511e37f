"""What calls call in a running Python program; for the interpreter of the package that is judged."""
