"""From a metric down to the columns of the warehouse, and from those back up to the metrics."""
