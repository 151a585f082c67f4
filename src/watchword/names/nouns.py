"""What IAM's entities are called: in ARNs, in the store (kinds of topics, owners of tags), in refusals.

Source: Service Authorization Reference, "AWS Identity and Access Management (IAM)", resource types.
"""

USER = "user"
GROUP = "group"
ROLE = "role"
POLICY = "policy"
INSTANCE_PROFILE = "instance-profile"
