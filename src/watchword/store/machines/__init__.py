"""Step Functions: state machines, their executions and histories. A file for each noun."""
