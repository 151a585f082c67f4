"""Buckets, objects and uploads: a file for each noun of S3."""
