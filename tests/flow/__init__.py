"""The program from end to end, on small real repositories."""
