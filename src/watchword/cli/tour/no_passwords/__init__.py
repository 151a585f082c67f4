"""watchword tour --no-passwords: workloads that get credentials without a key, and a search for one."""
