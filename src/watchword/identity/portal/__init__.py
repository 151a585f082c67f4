"""The access portal of IAM Identity Center: what programs ask of people, and what people hold."""
