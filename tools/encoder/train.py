"""Trains the encoder on the labelled lines, all tasks at once, and prints how each head does on the test lines.

    train.py --lines evals/intent --study target/debug/examples/study --out FILE.pkl [--pack packs/starter]
             [--from FILE.pkl] [--epochs 2.5] [--all]

Without `--all` the test lines are not learned: that is the encoder to measure. The one shipped learns everything. An epoch of 28,000
lines takes 12 to 25 minutes on two cores.
"""

import argparse
import json
import pickle
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax
from sklearn.metrics import f1_score

from base import Base
from forward import logits
from lines import Lines

LENGTHS = [10, 14, 20, 28, 40, 64]
SMOOTHING, DECAY, HEADS_FASTER = 0.05, 0.9, 10.0


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", required=True)
    parser.add_argument("--study", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--pack")
    parser.add_argument("--from", dest="start")
    parser.add_argument("--epochs", type=float, default=2.5)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--all", action="store_true")
    return parser.parse_args()


def batches(lengths, size, rng=None):
    """Batches of lines of like length, as (padded length, numbers)."""
    by = {}
    for number, length in enumerate(lengths):
        by.setdefault(next(most for most in LENGTHS if most >= length), []).append(number)
    out = []
    for most, numbers in by.items():
        if rng is not None:
            rng.shuffle(numbers)
        out += [(most, numbers[at : at + size]) for at in range(0, len(numbers), size)]
    if rng is not None:
        rng.shuffle(out)
    return out


class Padder:
    def __init__(self, base):
        self.words, self.pad = base.matrix("emb.word", base.width), base.pad

    def __call__(self, lines, most, size):
        ids, mask = np.full((size, most), self.pad, np.int32), np.zeros((size, most), np.float32)
        for row, line in enumerate(lines):
            ids[row, : len(line)], mask[row, : len(line)] = line, 1
        mask[len(lines) :, 0] = 1
        return self.words[ids], mask


def measure(parameters, lines, padded, forward):
    by_head = {}
    for most, numbers in batches([len(ids) for ids, _, _ in lines.test], 64):
        out = forward(parameters, *padded([lines.test[n][0] for n in numbers], most, 64))
        out = {head: np.asarray(rows).argmax(1) for head, rows in out.items()}
        for row, number in enumerate(numbers):
            _, head, label = lines.test[number]
            by_head.setdefault(head, []).append((label, out[head][row]))
    return {
        head: {
            "rows": len(pairs),
            "accuracy": round(float(np.mean([a == b for a, b in pairs])), 4),
            "macro_f1": round(float(f1_score(*zip(*pairs), average="macro")), 4),
        }
        for head, pairs in by_head.items()
    }


def main():
    wanted = options()
    base, rng = Base(), np.random.default_rng(1)
    lines = Lines(base, wanted.lines, wanted.study, wanted.pack, wanted.all)
    heads = list(lines.labels)
    print(f"{len(lines.train)} lines to learn, {len(lines.test)} to judge", flush=True)
    if wanted.start:
        with open(wanted.start, "rb") as file:
            kept = pickle.load(file)
        assert kept["labels"] == lines.labels, "the labels have changed: train from the beginning"
        parameters = kept["parameters"]
    else:
        parameters = base.parameters()
        parameters["heads"] = {
            head: (rng.normal(0, 0.02, (base.width, len(labels))).astype(np.float32), np.zeros(len(labels), np.float32))
            for head, labels in lines.labels.items()
        }
    parameters = jax.tree.map(jnp.asarray, parameters)
    padded = Padder(base)
    lengths = [len(ids) for ids, _ in lines.train]
    steps = int(len(batches(lengths, wanted.batch)) * wanted.epochs)
    course = optax.warmup_cosine_decay_schedule(0, 1, int(steps * 0.04), steps, 0.02)
    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.scale_by_adam(b2=0.98),
        optax.add_decayed_weights(0.01),
        optax.scale_by_schedule(lambda step: -wanted.rate * course(step)),
    )
    depth = len(parameters["layers"])
    # The lower a layer, the slower it learns.
    pace = {
        "pos": DECAY ** (depth + 1),
        "first": jax.tree.map(lambda _: DECAY ** (depth + 1), parameters["first"]),
        "layers": [
            jax.tree.map(lambda _, n=n: DECAY ** (depth - 1 - n), layer) for n, layer in enumerate(parameters["layers"])
        ],
        "heads": jax.tree.map(lambda _: HEADS_FASTER, parameters["heads"]),
    }

    def loss(parameters, words, mask, labels, weights, key):
        out, total = logits(parameters, words, mask, key), 0.0
        for head in heads:
            count = len(lines.labels[head])
            target = jax.nn.one_hot(labels[head], count) * (1 - SMOOTHING) + SMOOTHING / count
            total += (-(target * jax.nn.log_softmax(out[head], -1)).sum(-1) * weights[head]).sum()
        return total / words.shape[0]

    @jax.jit
    def step(parameters, state, words, mask, labels, weights, key):
        value, slope = jax.value_and_grad(loss)(parameters, words, mask, labels, weights, key)
        change, state = optimiser.update(slope, state, parameters)
        change = jax.tree.map(lambda x, s: x * s, change, pace)
        return optax.apply_updates(parameters, change), state, value

    forward = jax.jit(lambda parameters, words, mask: logits(parameters, words, mask))
    state, key = optimiser.init(parameters), jax.random.PRNGKey(1)
    began, done, shown = time.time(), 0, 0.0
    while done < steps:
        for most, numbers in batches(lengths, wanted.batch, rng):
            words, mask = padded([lines.train[n][0] for n in numbers], most, wanted.batch)
            labels = {head: np.zeros(wanted.batch, np.int32) for head in heads}
            weights = {head: np.zeros(wanted.batch, np.float32) for head in heads}
            for row, number in enumerate(numbers):
                for head, (label, weight) in lines.train[number][1].items():
                    labels[head][row], weights[head][row] = label, weight
            key, use = jax.random.split(key)
            parameters, state, value = step(parameters, state, words, mask, labels, weights, use)
            done, shown = done + 1, 0.98 * shown + 0.02 * float(value)
            if done % 100 == 0:
                print(f"{done} of {steps}, loss {shown:.3f}, {time.time() - began:.0f} s", flush=True)
            if done >= steps:
                break
        with open(wanted.out, "wb") as file:
            pickle.dump({"parameters": jax.tree.map(np.asarray, parameters), "labels": lines.labels}, file)
        if not wanted.all:
            print(json.dumps(measure(parameters, lines, padded, forward)), flush=True)


if __name__ == "__main__":
    main()
