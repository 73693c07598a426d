"""The tests: the installed PyTorch is the judge of every behaviour, never a copied number."""
