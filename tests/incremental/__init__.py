"""An incremental build equals a full one, whatever happened to the warehouse in between."""
