"""What the role of the service may do in PostgreSQL: wanted by the code, held in the database, granted."""
