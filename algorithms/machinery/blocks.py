"""Blocks of constants as numba sees them: what an entry point reads, and how.

A block is an array of 64-bit words: of a number its word, of an array its address and its shape. Compiled
code is given the address of the block alone, since taking an array from Python costs more than placing a
key. The type of the block says what stands in it, so that it is taken apart when the code is compiled.

This module imports numba: only what compiles imports it, and inside a function.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.extending import NativeValue, intrinsic, register_model, unbox
from numba.np import numpy_support

__all__ = ["PARTS", "TAKEN", "address_of", "block_type"]

_WORD = ir.IntType(64)

_UNSEEN, _TEXT, _INTEGER = 0, 1, 2  # what a key is to compiled code


class Block(types.Type):
    """The address of a block that holds values of these types."""

    def __init__(self, needs: Any) -> None:
        self.needs = needs
        super().__init__(name=f"block({needs})")


class Key(types.Type):
    """Any Python object, of which compiled code sees the bytes if it is a plain key.

    That is a str of ASCII, bytes, or an int below 2^64 - 1, whose bytes are its eight little-endian ones.
    """

    def __init__(self) -> None:
        super().__init__(name="key")


@register_model(Block)
class _BlockModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _WORD)


@register_model(Key)
class _KeyModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(
            manager, kind, [("data", types.uint64), ("size", types.uint64), ("form", types.int64)]
        )


@unbox(Block)
def _block_of(kind: Any, value: Any, c: Any) -> NativeValue:
    return NativeValue(c.pyapi.long_as_ulonglong(value), is_error=c.pyapi.c_api_error())


@unbox(Key)
def _key_of(kind: Any, value: Any, c: Any) -> NativeValue:
    """Read where the bytes of a key are; the caller keeps it, so that it need not be counted here."""
    key = cgutils.create_struct_proxy(kind)(c.context, c.builder)
    key.data, key.size, key.form = _WORD(0), _WORD(0), _WORD(_UNSEEN)
    exact = c.pyapi.get_type(value)  # a borrowed reference

    def is_a(name: str) -> Any:
        return c.builder.icmp_unsigned("==", exact, c.pyapi.get_c_object(name))

    def sees(data: Any, size: Any, form: int) -> None:
        key.data, key.size, key.form = c.builder.ptrtoint(data, _WORD), size, _WORD(form)

    with c.builder.if_else(is_a("PyUnicode_Type"), likely=True) as (text, other):
        with text:
            _, data, size, _, ascii_only, _ = c.pyapi.string_as_string_size_and_kind(value)
            with c.builder.if_then(cgutils.is_not_null(c.builder, ascii_only), likely=True):
                sees(data, size, _TEXT)
        with other:
            with c.builder.if_then(is_a("PyLong_Type")):
                word = cgutils.alloca_once_value(c.builder, c.pyapi.long_as_ulonglong(value))
                largest = c.builder.icmp_unsigned("==", c.builder.load(word), _WORD((1 << 64) - 1))
                with c.builder.if_else(largest, likely=False) as (perhaps_none, fits):
                    with perhaps_none:  # left to others, as what does not fit is
                        c.pyapi.err_clear()
                    with fits:
                        sees(word, _WORD(8), _INTEGER)
            with c.builder.if_then(is_a("PyBytes_Type")):
                data = cgutils.alloca_once(c.builder, c.pyapi.cstring)
                size = cgutils.alloca_once(c.builder, _WORD)
                c.pyapi.bytes_as_string_and_size(value, data, size)
                sees(c.builder.load(data), c.builder.load(size), _TEXT)
    return NativeValue(key._getvalue())


def block_type(values: tuple[Any, ...]) -> Block:
    """Return the type of a block in which values stand."""
    return Block(types.Tuple([_type_of(value) for value in values]))


def address_of(code: Any) -> int:
    """Return where the compiled function is that an entry point wraps."""
    address: int = code.library.get_pointer_to_function(code.fndesc.llvm_func_name)
    return address


def _type_of(value: object) -> Any:
    if isinstance(value, tuple):  # what stands in it may be written to
        return types.BaseTuple.from_types([_changed(part) for part in value], type(value))
    if isinstance(value, np.ndarray):
        kind = numpy_support.from_dtype(value.dtype)
        return types.Array(kind, value.ndim, "C", readonly=True)  # compiled code writes to no need
    if isinstance(value, bool | np.bool_):
        return types.boolean
    if isinstance(value, float):
        return types.float64
    return types.uint64 if isinstance(value, np.uint64) else types.int64


def _changed(value: object) -> Any:
    """Return the type of a value in a tuple: nested ones, and arrays that compiled code writes to."""
    if isinstance(value, np.ndarray):
        kind = numpy_support.from_dtype(value.dtype)
        return types.Array(kind, value.ndim, "C", readonly=not value.flags.writeable)
    return _type_of(value)


def _is_tuple(kind: object) -> bool:
    return isinstance(kind, types.BaseTuple)


def _size(kind: Any) -> int:
    """Return how many words a value of a type has."""
    if _is_tuple(kind):
        return sum(map(_size, kind))
    return 1 + (kind.ndim if isinstance(kind, types.Array) else 0)


@intrinsic
def unpacked(context: Any, block: Any) -> Any:
    """Return what stands in a block, as a tuple."""
    return block.needs(block), _unpack


def _unpack(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    words, at, values = builder.inttoptr(arguments[0], _WORD.as_pointer()), 0, []
    for kind in signature.return_type:
        size = _size(kind)
        loaded = [builder.load(builder.gep(words, [_WORD(at + i)])) for i in range(size)]
        values.append(_value(context, builder, kind, loaded))
        at += size
    return context.make_tuple(builder, signature.return_type, values)


def _value(context: Any, builder: Any, kind: Any, words: list[Any]) -> Any:
    if _is_tuple(kind):
        parts, at = [], 0
        for part in kind:
            parts.append(_value(context, builder, part, words[at : at + _size(part)]))
            at += _size(part)
        return context.make_tuple(builder, kind, parts)
    if isinstance(kind, types.Array):
        return _array(context, builder, kind, words[0], words[1:])
    if isinstance(kind, types.Float):
        return builder.bitcast(words[0], ir.DoubleType())
    if isinstance(kind, types.Boolean):
        return builder.icmp_unsigned("!=", words[0], _WORD(0))
    return words[0]


def _array(context: Any, builder: Any, kind: Any, address: Any, shape: list[Any]) -> Any:
    array = context.make_array(kind)(context, builder)
    item = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    strides = [_WORD(item)]
    for size in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], size))
    context.populate_array(
        array,
        data=builder.inttoptr(address, context.get_data_type(kind.dtype).as_pointer()),
        shape=shape,
        strides=strides,
        itemsize=_WORD(item),
        meminfo=None,
    )
    return array._getvalue()


@intrinsic
def seen(context: Any, key: Any) -> Any:
    """Return the bytes of a key, whether there are any to see, and whether it is an int."""
    data = types.Array(types.uint8, 1, "C", readonly=True)  # as columns have it
    return types.Tuple([data, types.boolean, types.boolean])(key), _seen


def _seen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    key = cgutils.create_struct_proxy(signature.args[0])(context, builder, value=arguments[0])
    array = _array(context, builder, signature.return_type[0], key.data, [key.size])
    is_key = builder.icmp_unsigned("!=", key.form, _WORD(_UNSEEN))
    is_int = builder.icmp_unsigned("==", key.form, _WORD(_INTEGER))
    return context.make_tuple(builder, signature.return_type, [array, is_key, is_int])


@intrinsic
def called(context: Any, address: Any, value: Any, block: Any) -> Any:
    """Return what the compiled function at an address makes of a word and a block."""
    return types.int64(types.uint64, types.uint64, types.uint64), _call


def _call(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    address, *given = arguments
    kinds = signature.args[1:]
    function = builder.inttoptr(address, context.call_conv.get_function_type(types.int64, kinds).as_pointer())
    status, result = context.call_conv.call_function(builder, function, types.int64, kinds, given)
    with cgutils.if_unlikely(builder, status.is_error):
        context.call_conv.return_status_propagate(builder, status)
    return result


TAKEN: dict[str, Any] = {"hash": types.uint64, "key": Key()}
"""The types of what an entry point takes beside a block."""

PARTS: dict[str, Any] = {"unpacked": unpacked, "seen": seen, "called": called}
"""By the names under which kernels call them."""
