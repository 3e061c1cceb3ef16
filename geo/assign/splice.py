"""
Parquet files of one schema joined into one without decoding a page.

No library here joins files by copying their pages (pyarrow would decode and encode all of it again), so the footers are
rewritten: Parquet's own structure in Thrift's compact protocol (parquet.thrift of the format's specification), read as
a tree, of which only positions in the file, row counts and ordinals change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from geo.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MAGIC = b"PAR1"
_TAIL = 8
_COPY_BYTES = 1 << 20
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_VARINTS = {_I16, _I32, _I64}
_LONG_LIST = 15
# Fields of parquet.thrift, by number.
_FILE_ROWS, _FILE_GROUPS = 3, 4
_GROUP_COLUMNS, _GROUP_OFFSET, _GROUP_ORDINAL = 1, 5, 7
_CHUNK_OFFSETS, _CHUNK_COLUMN = (2, 4, 6), 3
_COLUMN_OFFSETS = (9, 10, 11, 14)


# A structure is its fields by number, each with its type; a list is its elements' type and the elements.
_Fields: TypeAlias = dict[int, tuple[int, Any]]


def splice(parts: Sequence[Path], target: BinaryIO) -> None:
    """
    Join Parquet files, their row groups one after the other.

    Parameters
    ----------
    parts
        At least one; all written with the same schema, and without page indexes and encryption.
    target
        Where to write, from its beginning.

    Raises
    ------
    FormatError
        If a part is no whole Parquet file.

    Examples
    --------
    >>> import io, pathlib, tempfile
    >>> import pyarrow as pa, pyarrow.parquet as pq
    >>> joined = io.BytesIO()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     parts = [pathlib.Path(folder, name) for name in ("a", "b")]
    ...     for part, ids in zip(parts, ([1, 2], [3]), strict=True):
    ...         pq.write_table(pa.table({"id": ids}), part)
    ...     splice(parts, joined)
    >>> pq.read_table(joined)["id"].to_pylist()
    [1, 2, 3]
    """
    target.write(_MAGIC)
    whole: _Fields = {}
    for part in parts:
        with part.open("rb") as source:
            footer, end = _footer(source, part)
            shift = target.tell() - len(_MAGIC)
            source.seek(len(_MAGIC))
            _copy(source, target, end - len(_MAGIC))
        _, groups = footer[_FILE_GROUPS][1]
        for group in groups:
            _move(group, shift)
        if not whole:
            whole = footer
            _number(groups, 0)
        else:
            joined = whole[_FILE_GROUPS][1][1]
            _number(groups, len(joined))
            joined.extend(groups)
            whole[_FILE_ROWS] = (_I64, whole[_FILE_ROWS][1] + footer[_FILE_ROWS][1])
    content = bytearray()
    _write_fields(content, whole)
    target.write(bytes(content) + len(content).to_bytes(4, "little") + _MAGIC)


def _footer(source: BinaryIO, part: Path) -> tuple[_Fields, int]:
    """Read the footer, and where it begins."""
    size = source.seek(0, 2)
    if size >= len(_MAGIC) + _TAIL:
        source.seek(size - _TAIL)
        tail = source.read(_TAIL)
        begin = size - _TAIL - int.from_bytes(tail[:4], "little")
        if tail[4:] == _MAGIC and begin >= len(_MAGIC):
            source.seek(begin)
            return _Reader(source.read(size - _TAIL - begin)).fields(), begin
    msg = f"{part}: it is no whole Parquet file; remove it and run again"
    raise FormatError(msg)


def _copy(source: BinaryIO, target: BinaryIO, count: int) -> None:
    while count > 0:
        piece = source.read(min(count, _COPY_BYTES))
        target.write(piece)
        count -= len(piece)


def _move(group: _Fields, shift: int) -> None:
    _add(group, _GROUP_OFFSET, shift)
    for chunk in group[_GROUP_COLUMNS][1][1]:
        for field in _CHUNK_OFFSETS:
            _add(chunk, field, shift)
        for field in _COLUMN_OFFSETS:
            _add(chunk[_CHUNK_COLUMN][1], field, shift)


def _add(fields: _Fields, field: int, shift: int) -> None:
    """Move a position, if it is stated; 0 is how writers leave it out."""
    if field in fields and fields[field][1] > 0:
        fields[field] = (fields[field][0], fields[field][1] + shift)


def _number(groups: list[_Fields], first: int) -> None:
    for number, group in enumerate(groups, start=first):
        # The ordinal holds 16 bits and is optional: where it no longer fits, none may have one.
        group.pop(_GROUP_ORDINAL, None)
        if number < 1 << 15:
            group[_GROUP_ORDINAL] = (_I16, number)


class _Reader:
    """A cursor over bytes of the compact protocol."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def fields(self) -> _Fields:
        found: _Fields = {}
        number = 0
        while header := self._byte():
            kind, step = header & 15, header >> 4
            number = number + step if step else self._signed()
            found[number] = (kind, self._value(kind))
        return found

    def _value(self, kind: int) -> Any:  # noqa: ANN401  (what the type says)
        if kind in {_TRUE, _FALSE}:
            return kind == _TRUE
        if kind in _VARINTS:
            return self._signed()
        if kind == _STRUCT:
            return self.fields()
        if kind in {_LIST, _SET}:
            return self._list()
        if kind in {_BYTE, _DOUBLE, _BINARY}:
            return self._bytes({_BYTE: 1, _DOUBLE: 8}[kind] if kind != _BINARY else self._varint())
        msg = f"the Parquet footer holds a type {kind} that its format does not use; write the file again"
        raise FormatError(msg)

    def _list(self) -> tuple[int, list[Any]]:
        header = self._byte()
        kind, count = header & 15, header >> 4
        count = self._varint() if count == _LONG_LIST else count
        if kind in {_TRUE, _FALSE}:
            return kind, [self._byte() == _TRUE for _ in range(count)]
        return kind, [self._value(kind) for _ in range(count)]

    def _byte(self) -> int:
        self._at += 1
        return self._content[self._at - 1]

    def _bytes(self, count: int) -> bytes:
        self._at += count
        return self._content[self._at - count : self._at]

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:  # noqa: PLR2004  (the highest bit says that more follows)
                return number

    def _signed(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)


def _write_fields(content: bytearray, fields: _Fields) -> None:
    last = 0
    for number in sorted(fields):
        kind, value = fields[number]
        if 0 < number - last <= 15:  # noqa: PLR2004  (four bits hold the step)
            content.append((number - last) << 4 | kind)
        else:
            content.append(kind)
            _write_varint(content, number << 1)
        last = number
        _write_value(content, kind, value)
    content.append(0)


def _write_value(content: bytearray, kind: int, value: Any) -> None:  # noqa: ANN401  (what the type says)
    if kind in _VARINTS:
        _write_varint(content, (value << 1) ^ (value >> 63))
    elif kind == _STRUCT:
        _write_fields(content, value)
    elif kind in {_LIST, _SET}:
        _write_list(content, *value)
    elif kind not in {_TRUE, _FALSE}:
        if kind == _BINARY:
            _write_varint(content, len(value))
        content.extend(value)


def _write_list(content: bytearray, kind: int, values: list[Any]) -> None:
    content.append(min(len(values), _LONG_LIST) << 4 | kind)
    if len(values) >= _LONG_LIST:
        _write_varint(content, len(values))
    for value in values:
        if kind in {_TRUE, _FALSE}:
            content.append(_TRUE if value else _FALSE)
        else:
            _write_value(content, kind, value)


def _write_varint(content: bytearray, number: int) -> None:
    while number > 127:  # noqa: PLR2004  (seven bits a byte)
        content.append(number & 127 | 128)
        number >>= 7
    content.append(number)
