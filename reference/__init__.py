"""The chapter's training in real PyTorch, written as PyTorch's users write it.

`python -m reference train` takes the same flags and prints the same lines as
`python -m minitorch_nn train`, so that the two can be read, and run, side by side.
"""
