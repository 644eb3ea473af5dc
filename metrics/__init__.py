"""The metrics layer: definitions in, numbers with their stamp out."""
