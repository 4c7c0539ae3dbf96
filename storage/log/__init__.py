"""The audit log: events, chained, sealed, shipped, verified, told and replayed; with them goes the backup."""
