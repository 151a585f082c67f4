"""S3: buckets, objects and uploads. A file for each noun."""
