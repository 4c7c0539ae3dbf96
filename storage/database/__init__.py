"""The register's ground: its tables, their migrations, and the one way in which they change."""
