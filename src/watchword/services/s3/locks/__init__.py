"""Object lock: retention and legal holds of versions, and the defaults of a bucket."""
