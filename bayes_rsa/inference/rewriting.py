"""What PyTensor does not do to a graph by itself: three rewrites, which change no number.

The logarithm of a sum of one exponential: every prior may be a mixture, so that its density ends in
such a sum; of a single component, which most priors are, it is that component. Without it a model
compiles in about four fifths of the time.

The product of a row and a column: as a sum it compiles with what is around it; as a call of BLAS it
took ten seconds, on a machine that had compiled nothing yet, for forty numbers.

The softplus: where a graph runs op by op, in NumPy, PyTensor finds it number by number, in Python.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from bayes_rsa import contract

_SHORT: Final = 256
"""Length up to which a sum is as quick as BLAS."""
_AT_THE_END: Final = 48.0
"""After every rewrite that might make a softplus, before what works in place."""


@cache
def simplify_single_terms() -> None:
    """Tell PyTensor, once, that log(exp(x)) of a single x is x; no number changes by it."""
    from pytensor.graph import node_rewriter
    from pytensor.tensor.blockwise import Blockwise
    from pytensor.tensor.rewriting.basic import register_canonicalize
    from pytensor.tensor.special import LogSumExp

    rewrite = node_rewriter([LogSumExp, Blockwise])(_single_term)
    register_canonicalize(rewrite, name="log_sum_exp_of_a_single_term")


@cache
def sum_short_products() -> None:
    """Tell PyTensor, once, that a row times a column is a sum, where it knows that it is short."""
    from pytensor.graph import node_rewriter
    from pytensor.tensor.math import Dot
    from pytensor.tensor.rewriting.basic import register_specialize

    register_specialize(node_rewriter([Dot])(_short_product), name="row_times_column")


def _short_product(_graph: Any, node: Any) -> Any:
    row, column = node.inputs
    (one, length), (_, other) = row.type.shape, column.type.shape
    if (one, other) != (1, 1) or length is None or length > _SHORT:
        return False
    return [(row * column.T).sum(axis=1, keepdims=True).astype(node.outputs[0].dtype)]


def _single_term(_graph: Any, node: Any) -> Any:
    from pytensor.tensor.blockwise import Blockwise
    from pytensor.tensor.special import LogSumExp

    apart = isinstance(node.op, Blockwise)
    op = node.op.core_op if apart else node.op
    if not isinstance(op, LogSumExp):
        return False
    terms = node.inputs[0]
    before = node.op.batch_ndim(node) if apart else 0
    axes = tuple(axis + before for axis in op.axis)
    if not all(terms.type.broadcastable[axis] for axis in axes):
        return False
    return [terms.squeeze(axis=axes)]


@cache
def whole_arrays() -> Any:
    """PyTensor's mode for graphs of whole arrays: ``contract.ONE_CALL``, the softplus in NumPy."""
    from pytensor.compile.mode import get_mode
    from pytensor.graph import node_rewriter
    from pytensor.graph.rewriting.basic import dfs_rewriter
    from pytensor.tensor.elemwise import Elemwise

    rewrite = dfs_rewriter(node_rewriter([Elemwise])(_softplus))
    return get_mode(contract.ONE_CALL).register((rewrite, _AT_THE_END))


def _softplus(_graph: Any, node: Any) -> Any:
    import pytensor.tensor as pt
    from pytensor.scalar.math import Softplus

    if not isinstance(node.op.scalar_op, Softplus):
        return False
    (x,) = node.inputs
    return [(pt.maximum(x, 0.0) + pt.log1p(pt.exp(-pt.abs(x)))).astype(node.outputs[0].dtype)]
