"""Rules over tags and properties, run on columns: conditions, actions, and why a rule fired or did not."""
