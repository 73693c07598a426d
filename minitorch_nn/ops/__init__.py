"""What is computed: one file a family, one small class an operation.

Each class gives the formula and its derivative with shapes, `forward` on arrays above `backward` on
gradients, PyTorch's name for the node, and where PyTorch keeps the same thing. Backward is written
in these same operations, so under create_graph it records itself and second derivatives follow.

A backward formula uses operators and functions of this package only, never methods: the gradient
may be a tensor or a bare array, and `x.transpose(0, 1)` means something else on an array.

The order of the files: as_array, signatures, dims, taking, broadcasting, shape, operands, parts,
joining, choice, comparison, logic, pointwise, division, arithmetic, exponentials, powers,
trigonometry, special, gamma, indexing, gathering, strided, scattering, scatter_reduce, diagonals,
rearranging, reduction, extremes, moments, scans, factors, sorting, binning, matmul, products,
einsum, inverse, inplace, assignment, alike, draws, activation, rectifiers, hard_activation,
dropout, attention, recurrent, padding, convolution, conv, pooling, pool, adaptive_pooling,
normalization, upsampling, folding, bilinear, embedding, loss_reduction, regression_loss, loss,
norms, cdist, distance, margin_loss, calculus, statistics. Each imports only from those before it.
"""
