"""Tests of single modules, without other processes."""
