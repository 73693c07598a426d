"""What is computed: one file a family, one small class an operation.

Each class gives the formula and its derivative with shapes, `forward` on arrays above `backward` on
gradients, PyTorch's name for the node, and where PyTorch keeps the same thing. Backward is written
in these same operations, so under create_graph it records itself and second derivatives follow.

A backward formula uses operators and functions of this package only, never methods: the gradient
may be a tensor or a bare array, and `x.transpose(0, 1)` means something else on an array.

The files, each importing only from those before it:

    what all rest on    dims any_order broadcasting shape operands signatures parts joining
    element by element  operators choice comparison logic pointwise division arithmetic
                        exponentials powers trigonometry special gamma
    by an index         taking indexing gathering strided scattering scatter_reduce
    other places        diagonals rearranging
    many to few         reduction extremes moments scans factors sorting binning
    matrices            matmul products einsum
    in place            inplace memory
    more of matrices    inverse solving norms cdist distance calculus statistics
    making and drawing  assignment as_array draws alike dropout
    networks            rectifiers hard_activation activation recurrent patches channels_last
                        convolution padding conv pooling pool adaptive_pooling folding upsampling
                        normalization embedding bilinear attention
    losses              loss_reduction loss regression_loss margin_loss
"""
