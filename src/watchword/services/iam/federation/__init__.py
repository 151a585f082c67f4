"""Identity providers whose users and tokens an account trusts, and the tokens that it issues itself."""
