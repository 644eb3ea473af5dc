"""The queries folder: what it promises, what it needs of the warehouse, and its SQL per engine."""
