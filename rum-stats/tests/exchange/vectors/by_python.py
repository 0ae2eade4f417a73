"""DDSketch messages by the library for Python, and ours read by it. By hand: pip install ddsketch==3.0.1

    python3 by_python.py write > ddsketch_python.hex   # what peers.rs reads
    python3 by_python.py read < ddsketch_ours.hex      # what peers.rs compares with
"""
import sys

from ddsketch.ddsketch import BaseDDSketch
from ddsketch.mapping import LogarithmicMapping
from ddsketch.pb import ddsketch_pb2
from ddsketch.pb.proto import DDSketchProto
from ddsketch.store import DenseStore

GAMMA = 2 ** (1 / 16)


def values():
    """Some of everything, with powers of two, which lie on bounds."""
    return [600 + 37 * i * i for i in range(500)] + [2**k for k in range(10, 25)]


def sketch():
    mapping = LogarithmicMapping.from_gamma_offset(GAMMA, 0)
    result = BaseDDSketch(mapping, DenseStore(), DenseStore(), 0)
    for value in values():
        # The logarithm of a power of two may fall on either side of the bound.
        on_bound = value & (value - 1) == 0
        result.add(value * (1 - 1e-12) if on_bound else value)
    return result


if sys.argv[1:] == ["write"]:
    print(DDSketchProto.to_proto(sketch()).SerializeToString().hex())
else:
    message = ddsketch_pb2.DDSketch()
    message.ParseFromString(bytes.fromhex(sys.stdin.read()))
    theirs, ours = sketch(), DDSketchProto.from_proto(message)
    assert ours._store.count == theirs._store.count == len(values())
    for q in range(1001):
        a, b = theirs.get_quantile_value(q / 1000), ours.get_quantile_value(q / 1000)
        assert abs(a / b - 1) < 1e-9, (q, a, b)
    print("read, and equal at 1001 quantiles")
