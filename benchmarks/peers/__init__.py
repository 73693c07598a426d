"""The same training step in other libraries, each as its users write it, timed side by side.

    python -m benchmarks peers [--quick] [--only mlp_step cnn_step] [--json FILE] [--plot FILE]

To read it: `given` (the weights and the batch that everybody starts from), then a file for each
library that shows the step in its words: `by_hand` (NumPy alone, no graph), `tape` and
`with_tape` (the shortest graph that does it, ours), `with_mygrad`, `with_autograd`, `with_jax`.
`contenders` lists who is compared, `worker` runs one of them in a process of its own, and
`comparison` measures them all.
"""

from benchmarks.peers.comparison import NAMES, print_result, run

__all__ = ["NAMES", "print_result", "run"]
