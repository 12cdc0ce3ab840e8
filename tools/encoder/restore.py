"""Reads a shipped encoder back into the form that train.py goes on from, so that nobody has to keep the weights of a training.

    restore.py FILE.bin OUT.pkl

The weights come back as they were rounded to one byte.
"""

import pickle
import sys

import numpy as np

from base import Reader

NORMS = ("aln", "oln")


class Stored(Reader):
    def short(self):
        return bytes(self.array(np.uint8, self.take("B")))

    def floats(self, count):
        return self.array("<f4", count).astype(np.float32)

    def norm(self, width):
        return self.floats(width), self.floats(width)

    def layer(self, columns, outputs):
        scale, bias = self.floats(outputs), self.floats(outputs)
        weights = self.array(np.int8, columns * outputs).reshape(outputs, columns)
        return weights.astype(np.float32) * scale[:, None], bias


def restored(data):
    file = Stored(data)
    assert file.data[:4] == b"MSE1"
    file.at = 4
    width, layers, _, feed, positions, pieces = file.take("6I")
    file.take("3I")
    file.take("f")
    for _ in range(pieces):
        file.short()
        file.take("f")
    for _ in range(file.take("I")):
        file.take("I")
        file.short()
    file.at += pieces * width // 32 * 18
    parameters = {"pos": file.floats(positions * width).reshape(positions, width), "first": file.norm(width), "layers": []}
    for _ in range(layers):
        layer = {}
        for name in ("q", "k", "v", "ao", "aln", "fi", "fo", "oln"):
            if name in NORMS:
                layer[name] = file.norm(width)
            else:
                layer[name] = file.layer(feed if name == "fo" else width, feed if name == "fi" else width)
        parameters["layers"].append(layer)
    parameters["heads"], labels = {}, {}
    for _ in range(file.take("I")):
        head = file.short().decode()
        file.take("2f")
        labels[head] = [file.short().decode() for _ in range(file.take("I"))]
        weights = file.floats(len(labels[head]) * width).reshape(len(labels[head]), width)
        parameters["heads"][head] = (np.ascontiguousarray(weights.T), file.floats(len(labels[head])))
    assert file.at == len(data)
    return {"parameters": parameters, "labels": labels}


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
        pickle.dump(restored(source.read()), target)
