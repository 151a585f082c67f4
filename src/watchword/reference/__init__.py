"""What AWS publishes, read as data: service models, and actions with their condition keys."""
