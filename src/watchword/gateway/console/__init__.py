"""What people see: pages for a browser. Imported when the first one is asked for."""
