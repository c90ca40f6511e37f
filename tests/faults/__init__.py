"""Behaviour when processes, connections and brokers die."""
