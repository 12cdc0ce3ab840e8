"""Writes a trained encoder in the form crates/language/src/model/encoder/stored.rs reads.

    export.py FILE.pkl BLENDS.json OUT.bin

Without BLENDS (`-`) it is an encoder for search, whose only head is a projection. BLENDS holds `{"domain": [blend, sharpness], ...}`: how much a head's logits count beside the linear margins and how sharply the sums
become probabilities. Kept of the vocabulary: pieces with Chinese characters, single signs, numbers, and what the lines and packs
of this project use.
"""

import glob
import json
import pickle
import re
import struct
import sys

import numpy as np

from base import Base
from lines import rows

CHINESE, OTHER = re.compile("[\u4e00-\u9fff]"), re.compile("[\u3040-\u30ff\uac00-\ud7af]")
SIGNS = "，。！？、；：“”‘’（）《》…—～·％￥"


def kept(base, project):
    keep = {base.begin, base.end, base.pad, base.unknown}
    for number, piece in enumerate(base.pieces):
        bare = piece.lstrip("\u2581")
        chinese = CHINESE.search(piece) and not OTHER.search(piece)
        single = len(bare) <= 1 and (piece.isascii() or not bare or bare in SIGNS)
        if chinese or single or (bare.isdigit() and len(piece) <= 5):
            keep.add(number)
    for path in glob.glob(project + "/evals/intent/*.csv"):
        for row in rows(path):
            keep.update(base.cut(row["text"], 500))
    for path in glob.glob(project + "/packs/starter/entries/*.yaml"):
        for line in open(path, encoding="utf-8"):
            keep.update(base.cut(line, 500))
    return sorted(number for number in keep if len(base.raw_pieces[number]) < 256)


class Writer:
    def __init__(self):
        self.out = bytearray(b"MSE1")

    def number(self, *values):
        self.out += struct.pack(f"<{len(values)}I", *values)

    def floats(self, values):
        self.out += np.asarray(values, "<f4").tobytes()

    def short(self, text):
        text = text if isinstance(text, (bytes, bytearray)) else text.encode()
        assert len(text) < 256
        self.out += bytes([len(text)]) + text

    def layer(self, weights, bias):
        weights = np.asarray(weights, np.float32)
        scale = np.abs(weights).max(1) / 127
        scale[scale == 0] = 1
        self.floats(scale)
        self.floats(bias)
        self.out += np.round(weights / scale[:, None]).astype(np.int8).tobytes()


def main():
    trained, blends, out = sys.argv[1:4]
    with open(trained, "rb") as file:
        model = pickle.load(file)
    if blends == "-":
        blends = {head: [1.0, 1.0] for head in model["parameters"]["heads"]}
    else:
        with open(blends, encoding="utf-8") as file:
            blends = json.load(file)
    base, parameters, w = Base(), model["parameters"], Writer()
    keep = kept(base, ".")
    place = {number: at for at, number in enumerate(keep)}
    sizes = (base.width, len(parameters["layers"]), base.attention, base.feed, parameters["pos"].shape[0])
    w.number(*sizes, len(keep))
    w.number(place[base.begin], place[base.end], place[base.unknown])
    w.floats(base.unknown_score)
    for number in keep:
        w.short(base.raw_pieces[number])
        w.floats(base.scores[number])
    w.number(len(base.normal))
    for source, target in base.normal.items():
        w.number(ord(source))
        w.short(target)
    w.out += base.raw("emb.word").reshape(base.vocabulary, -1)[keep].tobytes()
    w.floats(parameters["pos"])
    for values in parameters["first"]:
        w.floats(values)
    for layer in parameters["layers"]:
        for name in ("q", "k", "v", "ao", "aln", "fi", "fo", "oln"):
            if name.endswith("ln"):
                for values in layer[name]:
                    w.floats(values)
            else:
                w.layer(*layer[name])
    w.number(len(parameters["heads"]))
    for head, (weights, bias) in parameters["heads"].items():
        w.short(head)
        w.floats(blends[head])
        w.number(len(model["labels"][head]))
        for label in model["labels"][head]:
            w.short(label)
        w.floats(np.asarray(weights).T)
        w.floats(bias)
    with open(out, "wb") as file:
        file.write(w.out)
    print(f"{len(keep)} pieces, {len(w.out)} bytes")


if __name__ == "__main__":
    main()
