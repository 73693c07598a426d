"""The chapter's training in real PyTorch, written as PyTorch's users write it.

`python -m reference train` takes the same flags and prints the same lines as
`python -m minitorch_nn train`, so that the two can be read, and run, side by side.

To read it: `model`, `data`, `train`; then `commands`, which puts them together as the flags of
`__main__` say. `device` and `distributed` are about where it runs, `checkpoint` about what is kept,
and `compare` trains minitorch_nn beside it.
"""
