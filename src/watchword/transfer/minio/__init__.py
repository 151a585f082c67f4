"""Users, groups and policies of a MinIO server, brought into the form that an import reads."""
