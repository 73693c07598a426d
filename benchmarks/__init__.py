"""How fast minitorch_nn is beside PyTorch, measured side by side in one run.

    python -m benchmarks [--json FILE] [--quick] [--only NAME ...] [--data DIR]
    python -m benchmarks gpu [--json FILE]

To read it: `workloads` (what is timed), `worker` (a library in a process of its own), `measure`
(rounds and statistics), `report` (the table and the JSON), `environment` (where it ran), `gpu` (all
that a borrowed GPU is wanted for).
"""
