"""What speaks about an S3 bucket beside its policy: ACLs and the settings that block public access.

Pure, like the rest of the engine: values in, a Policy out. Reading and storing them doesn't belong here.
"""
