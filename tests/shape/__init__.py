"""Rules of this project that no other tool checks."""
