"""Trains the encoder of search: multilingual-e5-small whose upper layers, with a projection, learn to bring questions of one entry together.

    search.py --pack packs/starter [--paraphrase DATA/paraphrase] --work WORK --out SEARCH.pkl
              [--own 3] [--width 128] [--steps 600] [--pairs 128] [--hold 0.25]

The lower layers stay as they are, so that what they make of a text is computed once. A pair is two texts of one entry (title, questions,
wordings, answer); everything else in the batch is a wrong answer, and a batch is drawn from few domains so that wrong answers are near ones.
The encoder of understanding is no base for this: its training has pushed together what one desk handles (tests of the pack found first by its
bare sentences: 0.42, by those of the model it came from: 0.65). `tests` of the pack are never learned. With `--hold` a share of the entries is left out whole and measured on: their tests, and their
wordings against a library without them.
"""

import argparse
import collections
import csv
import glob
import os
import pickle
import re
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax
import yaml

from base import Base
from forward import linear, norm

LENGTHS = [10, 14, 20, 28, 40, 64]
LONGEST, ANSWER = 60, 90
TEMPERATURE, DOMAINS = 20.0, 5


def options():
    parser = argparse.ArgumentParser()
    for name in ("pack", "work", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--paraphrase")
    parser.add_argument("--go-on", help="own layers of an earlier run")
    parser.add_argument("--own", type=int, default=3)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--pairs", type=int, default=128)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--hold", type=float, default=0.0)
    parser.add_argument("--most-paraphrases", type=int, default=2500)
    return parser.parse_args()


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, yaml.CSafeLoader) or []


def texts_of(pack):
    """(entry, kind, text, domain)."""
    wordings = {}
    for path in glob.glob(os.path.join(pack, "wordings", "*.yaml")):
        wordings.update(load(path))
    for path in sorted(glob.glob(os.path.join(pack, "entries", "*.yaml"))):
        for entry in load(path):
            for kind, texts in (
                ("title", [entry["title"]]),
                ("question", entry.get("questions", [])),
                ("wording", wordings.get(entry["id"], [])),
                ("test", entry.get("tests", [])),
                ("answer", [entry.get("answer", "")[:ANSWER]]),
            ):
                for text in texts:
                    yield entry["id"], kind, text, entry["domain"]


def paraphrases(folder, most):
    found = []
    for name in ("afqmc", "atec"):
        with open(os.path.join(folder, name + ".csv"), newline="", encoding="utf-8") as file:
            found += [(row["s1"], row["s2"]) for row in csv.DictReader(file) if row["label"] == "1"]
    picked = np.random.default_rng(5).permutation(len(found))[:most]
    for number in picked:
        for text in found[number]:
            yield f"pair-{number}", "question", text, f"finance-{number % 10}"


def solid(text):
    return re.sub(r"[\s，。？！、,.?!；;：:“”\"（）()]+", "", text)


def blocks(x, mask, layers, heads):
    batch, pieces, width = x.shape
    away = jnp.where(mask[:, None, None, :] > 0, 0, -1e9)
    part = width // heads
    split = lambda y: y.reshape(batch, pieces, heads, part).transpose(0, 2, 1, 3)
    for layer in layers:
        q, k, v = (split(linear(x, layer[name])) for name in ("q", "k", "v"))
        weights = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(part) + away, -1)
        seen = (weights @ v).transpose(0, 2, 1, 3).reshape(batch, pieces, width)
        x = norm(x + linear(seen, layer["ao"]), layer["aln"])
        fed = linear(jax.nn.gelu(linear(x, layer["fi"]), approximate=True), layer["fo"])
        x = norm(x + fed, layer["oln"])
    return x


def length_of(count):
    return next(most for most in LENGTHS if most >= count)


class Trunk:
    """What the shared layers make of each text, kept: they do not change while the own ones learn."""

    def __init__(self, base, parameters, own, texts):
        self.ids = [tuple(base.cut(solid(text), LONGEST)[:64]) for text in texts]
        self.where, self.stores = {}, {}
        words = base.matrix("emb.word", base.width)
        layers = parameters["layers"][: len(parameters["layers"]) - own]

        @jax.jit
        def below(words, mask):
            x = norm(words + parameters["pos"][: words.shape[1]], parameters["first"])
            return blocks(x, mask, layers, base.attention).astype(jnp.float16)

        by = collections.defaultdict(list)
        for number, ids in enumerate(self.ids):
            by[length_of(len(ids))].append(number)
        began, done = time.time(), 0
        for most, numbers in sorted(by.items()):
            store = np.zeros((len(numbers), most, base.width), np.float16)
            for at in range(0, len(numbers), 64):
                some = numbers[at : at + 64]
                ids, mask = np.full((64, most), base.pad, np.int32), np.zeros((64, most), np.float32)
                for row, number in enumerate(some):
                    ids[row, : len(self.ids[number])], mask[row, : len(self.ids[number])] = self.ids[number], 1
                    self.where[number] = (most, at + row)
                mask[len(some) :, 0] = 1
                store[at : at + len(some)] = np.asarray(below(words[ids], mask))[: len(some)]
                done += len(some)
            self.stores[most] = store
            print(f"{done} of {len(texts)} texts read, {time.time() - began:.0f} s", flush=True)

    def take(self, numbers, most):
        x, mask = np.zeros((len(numbers), most, 384), np.float16), np.zeros((len(numbers), most), np.float32)
        for row, number in enumerate(numbers):
            kept, at = self.where[number]
            use = min(kept, most)
            x[row, :use] = self.stores[kept][at, :use]
            mask[row, : min(len(self.ids[number]), most)] = 1
        return x, mask


def main():
    wanted = options()
    base, rng = Base(), np.random.default_rng(1)
    start = base.parameters()
    found = list(texts_of(wanted.pack))
    if wanted.paraphrase:
        found += paraphrases(wanted.paraphrase, wanted.most_paraphrases)
    entries = list(dict.fromkeys(row[0] for row in found))
    own_entries = [entry for entry in entries if not entry.startswith("pair-")]
    held = set(rng.choice(own_entries, int(len(own_entries) * wanted.hold), replace=False))
    cache = os.path.join(wanted.work, f"trunk-{wanted.own}.pkl")
    if os.path.exists(cache):
        with open(cache, "rb") as file:
            trunk, texts = pickle.load(file)
        assert texts == [row[2] for row in found]
    else:
        trunk = Trunk(base, jax.tree.map(jnp.asarray, start), wanted.own, [row[2] for row in found])
        with open(cache, "wb") as file:
            pickle.dump((trunk, [row[2] for row in found]), file)
    own = {
        "layers": start["layers"][len(start["layers"]) - wanted.own :],
        "out": rng.normal(0, base.width**-0.5, (base.width, wanted.width)).astype(np.float32),
        "centre": np.zeros(base.width, np.float32),
    }
    own = jax.tree.map(jnp.asarray, own)

    def mean(own, x, mask):
        x = blocks(x.astype(jnp.float32), mask, own["layers"], base.attention)
        return (x * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]

    def meaning(own, x, mask):
        z = (mean(own, x, mask) - own["centre"]) @ own["out"]
        return z / jnp.sqrt((z * z).sum(1, keepdims=True) + 1e-9)

    if wanted.go_on:
        with open(wanted.go_on, "rb") as file:
            own = jax.tree.map(jnp.asarray, pickle.load(file))
    else:
        # The widest directions of the model as it came: learning starts from what it knows.
        sample = [n for n in rng.permutation(len(found)) if trunk.where[n][0] <= 28][:4096]
        read = jax.jit(mean)
        seen = np.concatenate([np.asarray(read(own, *trunk.take(sample[at : at + 128], 28))) for at in range(0, 4096, 128)])
        own["centre"] = jnp.asarray(seen.mean(0))
        own["out"] = jnp.asarray(np.linalg.svd(seen - seen.mean(0), full_matrices=False)[2][: wanted.width].T)

    number_of = {entry: number for number, entry in enumerate(entries)}
    kind = np.array([row[1] for row in found])
    of = np.array([number_of[row[0]] for row in found])
    own_row = np.array([not row[0].startswith("pair-") for row in found])
    unseen = np.array([row[0] in held for row in found])
    library = np.where((kind != "test") & own_row)[0]
    bare = np.where((kind != "test") & (kind != "wording") & own_row)[0]
    embed = jax.jit(meaning)

    def measure(own):
        vectors = np.zeros((len(found), wanted.width), np.float32)
        by = collections.defaultdict(list)
        for number in np.where(own_row)[0]:
            by[trunk.where[number][0]].append(number)
        for most, numbers in by.items():
            for at in range(0, len(numbers), 128):
                some = numbers[at : at + 128]
                x, mask = trunk.take(some + [some[0]] * (128 - len(some)), most)
                vectors[some] = np.asarray(embed(own, x, mask))[: len(some)]

        def judge(name, library, asked):
            if not len(asked):
                return
            score = vectors[asked] @ vectors[library].T
            best = np.full((len(asked), len(entries)), -9.0, np.float32)
            for row in range(len(asked)):
                np.maximum.at(best[row], of[library], score[row])
            place = (best >= best[np.arange(len(asked)), of[asked]][:, None]).sum(1)
            print(name, len(asked), *(f"@{k} {(place <= k).mean():.3f}" for k in (1, 3, 5)), flush=True)

        judge("tests of entries learned:", library, np.where((kind == "test") & ~unseen & own_row)[0])
        judge("tests of entries held out:", library, np.where((kind == "test") & unseen)[0])
        judge("wordings of entries held out, library without wordings:", bare, np.where((kind == "wording") & unseen)[0])

    measure(own)
    course = optax.warmup_cosine_decay_schedule(0, 1, max(1, wanted.steps // 20), wanted.steps, 0.02)
    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.scale_by_adam(b2=0.98),
        optax.add_decayed_weights(0.01),
        optax.scale_by_schedule(lambda step: -wanted.rate * course(step)),
    )
    pace = {"layers": jax.tree.map(lambda _: 1.0, own["layers"]), "out": 3.0, "centre": 3.0}

    @jax.jit
    def step(own, state, x, mask, same):
        def loss(own):
            z = meaning(own, x, mask)
            half = z.shape[0] // 2
            score = z[:half] @ z[half:].T * TEMPERATURE - same * 1e9
            pick = lambda s: -jnp.mean(jnp.diag(jax.nn.log_softmax(s, 1)))
            return pick(score) + pick(score.T)

        value, slope = jax.value_and_grad(loss)(own)
        change, state = optimiser.update(slope, state, own)
        return optax.apply_updates(own, jax.tree.map(lambda c, p: c * p, change, pace)), state, value

    by_entry, by_domain = collections.defaultdict(list), collections.defaultdict(set)
    for number, (entry, kind, _, domain) in enumerate(found):
        if kind != "test" and entry not in held:
            by_entry[entry].append(number)
            by_domain[domain].add(entry)
    by_domain = {d: sorted(e for e in es if len(by_entry[e]) > 1) for d, es in sorted(by_domain.items())}
    domains = [d for d, es in by_domain.items() if es]
    share = np.array([len(by_domain[d]) for d in domains], float)

    def pairs():
        drawn = rng.choice(len(domains), DOMAINS, replace=False, p=share / share.sum())
        pool = [entry for d in drawn for entry in by_domain[domains[d]]]
        chosen = rng.choice(pool, wanted.pairs, replace=len(pool) < wanted.pairs)
        picked = np.array([rng.choice(by_entry[entry], 2, replace=False) for entry in chosen])
        same = (chosen[:, None] == chosen[None, :]) & ~np.eye(len(chosen), dtype=bool)
        return [*picked[:, 0], *picked[:, 1]], same.astype(np.float32)

    state, began, shown = optimiser.init(own), time.time(), 0.0
    for done in range(1, wanted.steps + 1):
        numbers, same = pairs()
        x, mask = trunk.take(numbers, 28)
        own, state, value = step(own, state, x, mask, same)
        shown = 0.95 * shown + 0.05 * float(value)
        if done % 25 == 0:
            print(f"{done} of {wanted.steps}, loss {shown / (1 - 0.95**done):.3f}, {time.time() - began:.0f} s", flush=True)
        if done % 100 == 0 or done == wanted.steps:
            with open(wanted.out, "wb") as file:
                pickle.dump(jax.tree.map(np.asarray, own), file)
    # As export.py reads it: the projection is a head like any other.
    kept = jax.tree.map(np.asarray, own)
    layers = start["layers"][: len(start["layers"]) - wanted.own] + kept["layers"]
    heads = {"search": (kept["out"], -kept["centre"] @ kept["out"])}
    labels = {"search": [str(number) for number in range(wanted.width)]}
    with open(wanted.out + ".whole", "wb") as file:
        pickle.dump({"parameters": {**start, "layers": layers, "heads": heads}, "labels": labels}, file)
    measure(own)



if __name__ == "__main__":
    main()
