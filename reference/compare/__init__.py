"""minitorch_nn beside PyTorch: the same training twice, and how far apart after each step.

    python -m reference compare --plot compare.png

`runs` trains and measures, `page` prints what came of it, `plot` draws it, and `command` is what
the command line calls. It is the one part of the reference that imports minitorch_nn.
"""
