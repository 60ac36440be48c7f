"""Tables, migrations, and how the database is opened. Rows stay in here and in the use cases."""
