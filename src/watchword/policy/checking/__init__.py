"""What is wrong with a policy, and what AWS knows of: findings, the catalogue of actions."""
