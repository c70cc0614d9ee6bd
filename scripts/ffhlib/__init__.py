"""ffhlib: what scripts/ffh does. One module for each verb (cli.VERBS), the others are shared."""
