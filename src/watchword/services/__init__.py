"""Floor 6: what each operation does. One folder per AWS service, one file per noun."""
