"""How fast minitorch_nn is beside PyTorch, measured side by side in one run.

    python -m benchmarks [ops|train|pipeline|scaling|peers|gpu] [--json FILE] [--plot FILE]
                         [--against FILE] [--quick] [--only NAME ...] [--data DIR]
    python -m benchmarks readme

To read it: `workloads` (what is timed), `worker` (a library in a process of its own), `measure`
(rounds and statistics), `quiet` (which blocks are dropped), `kernels` (which BLAS kernels NumPy
has), `report` (the table and the JSON), `against` (what changed since), `environment`, `processor`
and `peak` (where it ran, and what that can do), `imports`, `gpu` (all that a borrowed GPU is
wanted for), `scaling`, `peers`, `plot` and `figures`, `goals` and `readme` (what the README shows).
"""
