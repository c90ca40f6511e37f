"""What must hold when processes, connections and brokers die."""
