"""Learns a vector for each character and pair of characters, so that the sum over a text says what the text means.

Two aims at once: reproduce the teacher's angles between texts, and bring paraphrases together (in-batch contrast).

vectors.py --data DATA --pack PACK --work WORK --out near.bin [--measure]
  --measure: leaves out what the ranker is trained and measured on (finance rank and test, OPPO, FAQ queries, one
  question in two of the pack); without it everything is learned from. The FAQ's own entries are read in both: a site has
  its entries. Pack tests are never read.
"""

import argparse
import os
import struct
from collections import Counter

import jieba
import numpy as np
import scipy.sparse as sp
from common import finance_splits, fold, grams, oppo_pairs, read_pack, rows

parser = argparse.ArgumentParser()
for name in ("data", "pack", "work", "out"):
    parser.add_argument(f"--{name}", required=True)
parser.add_argument("--measure", action="store_true")
parser.add_argument("--width", type=int, default=192)
parser.add_argument("--size", type=int, default=48_000)
parser.add_argument("--epochs", type=int, default=2)
args = parser.parse_args()
rng = np.random.default_rng(0)

finance = finance_splits(args.data)
pairs = list(finance["train"])
hidden = set()
if args.measure:
    hidden |= {fold(s) for part in ("rank", "test") for pair in finance[part] for s in pair}
    hidden |= {fold(s) for r in rows(f"{args.data}/paraphrase/oppo.csv") for s in (r["s1"], r["s2"])}
else:
    pairs += finance["rank"] + finance["test"] + oppo_pairs(args.data)
    entries = {r["kb_id"]: r["question"] for r in rows(f"{args.data}/faq/kb_28018.csv")}
    pairs += [(r["query"], entries[r["gold_kb_id"]]) for r in rows(f"{args.data}/faq/queries_dev.csv")]
pack_pairs = []
for at, entry in enumerate(read_pack(args.pack)):
    questions = list(entry.get("questions", []))
    if args.measure and len(questions) > 1:
        # The questions that ranker_rows asks with N = 0 and 1.
        first = questions.pop(at % len(questions))
        hidden.add(fold(first))
        if len(questions) > 1:
            second = list(entry["questions"])[(at + 1) % len(entry["questions"])]
            hidden.add(fold(second))
            questions = [q for q in questions if q != second]
    heads = [entry["title"], *questions]
    pack_pairs += [(a, b) for n, a in enumerate(heads) for b in heads[n + 1 :]]
    pack_pairs += [(a, entry["answer"][:60]) for a in questions if entry.get("answer")]
pairs += pack_pairs

faq = {fold(r["query"]) for r in rows(f"{args.data}/faq/queries_dev.csv")} if args.measure else set()
tests = {fold(t) for entry in read_pack(args.pack) for t in entry.get("tests", [])}
hidden |= faq | tests
teacher = np.load(f"{args.work}/teacher.npz", allow_pickle=True)
known = teacher["texts"].tolist()
keep = [n for n, text in enumerate(known) if fold(text) and fold(text) not in hidden]
texts = [known[n] for n in keep]
target = teacher["vectors"][keep].astype(np.float32)
target -= target.mean(0)
target /= np.linalg.norm(target, axis=1, keepdims=True)
_, _, axes = np.linalg.svd(target[rng.permutation(len(target))[:12_000]], full_matrices=False)
target = target @ axes[: args.width].T
target /= np.linalg.norm(target, axis=1, keepdims=True)


def vocabulary():
    with open(os.path.join(os.path.dirname(jieba.__file__), "dict.txt")) as file:
        words = [line.split(" ")[:2] for line in file]
    counts, of_words = Counter(), Counter()
    for text in [s for pair in pairs for s in pair] + texts:
        counts.update(set(grams(fold(text))))
    for word, frequency in words:
        if 2 <= len(word) <= 4 and int(frequency) >= 100:
            of_words.update(set(grams(fold(word))))
            of_words[fold(word)] += 3
    scored = []
    for gram in set(counts) | set(of_words):
        seen = counts[gram] + 0.5 * of_words[gram]
        if len(gram) == 1:
            scored.append((seen * 1000, gram))
        elif len(gram) == 2 and (counts[gram] >= 3 or of_words[gram] >= 3):
            scored.append((seen, gram))
    return [gram for _, gram in sorted(scored, reverse=True)[: args.size]]


keys = vocabulary()
number = {gram: n for n, gram in enumerate(keys)}
weights = rng.normal(0, 0.3 / np.sqrt(args.width), (len(keys), args.width)).astype(np.float32)
first, second, steps = np.zeros_like(weights), np.zeros_like(weights), 0


def matrix(some):
    indices, ends = [], [0]
    for text in some:
        indices += [number[g] for g in grams(fold(text)[:160]) if g in number]
        ends.append(len(indices))
    ones = np.ones(len(indices), np.float32)
    return sp.csr_matrix((ones, np.array(indices, np.int32), np.array(ends, np.int32)), (len(some), len(keys)))


def step(x, gradient, rate, drop=0.15):
    """One Adam step over the rows that the batch touches; n-grams are dropped at random so that the rest must do."""
    global steps
    x = sp.csr_matrix(((rng.random(len(x.data)) > drop).astype(np.float32), x.indices, x.indptr), x.shape)
    used, inverse = np.unique(x.indices, return_inverse=True)
    x = sp.csr_matrix((x.data, inverse.astype(np.int32), x.indptr), (x.shape[0], len(used)))
    raw = x @ weights[used]
    length = np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
    unit = raw / length
    loss, g = gradient(unit)
    g = x.T @ ((g - unit * (g * unit).sum(1, keepdims=True)) / length)
    steps += 1
    m = first[used] = 0.9 * first[used] + 0.1 * g
    v = second[used] = 0.999 * second[used] + 0.001 * g * g
    weights[used] -= rate * m / (np.sqrt(v) + 1e-8) * min(1, steps / 100)
    return loss


def contrast(n, temperature=0.06):
    def gradient(z):
        a, b = z[:n], z[n:]
        s = a @ b.T / temperature
        p = np.exp(s - s.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        q = np.exp(s - s.max(0, keepdims=True))
        q /= q.sum(0, keepdims=True)
        d = np.arange(n)
        loss = -(np.log(p[d, d] + 1e-9).mean() + np.log(q[d, d] + 1e-9).mean()) / 2
        g = p + q
        g[d, d] -= 2
        g /= 2 * n * temperature
        return loss, np.concatenate([g @ b, g.T @ a])

    return gradient


def imitate(t):
    n = len(t)

    def gradient(z):
        wanted = t @ t.T
        off = z @ z.T - wanted
        np.fill_diagonal(off, 0)
        w = 1 + 8 * np.maximum(wanted, 0) ** 2
        loss = (1 - (z * t).sum(1)).mean() + 5 * (w * off * off).mean()
        return loss, -t / n + 20 * (w * off) @ z / (n * n)

    return gradient


learned, one, two = matrix(texts), matrix([a for a, _ in pairs]), matrix([b for _, b in pairs])
print(len(texts), "texts of the teacher,", len(pairs), "paraphrases,", len(keys), "n-grams", flush=True)
for epoch in range(args.epochs):
    rate = 0.01 * (1 - epoch / args.epochs) + 0.001
    jobs = []
    for _ in range(2):
        order = rng.permutation(len(texts))
        jobs += [(True, order[i : i + 512]) for i in range(0, len(order), 512)]
    order = rng.permutation(len(pairs))
    jobs += [(False, order[i : i + 512]) for i in range(0, len(order) - 100, 512)]
    rng.shuffle(jobs)
    losses = {True: [], False: []}
    for imitating, batch in jobs:
        if imitating:
            losses[True].append(step(learned[batch], imitate(target[batch]), rate))
        else:
            both = sp.vstack([one[batch], two[batch]]).tocsr()
            losses[False].append(step(both, contrast(len(batch)), rate * 0.3))
    print(epoch, "imitation", np.mean(losses[True]).round(3), "contrast", np.mean(losses[False]).round(3), flush=True)


def hashed(text):
    h = 0xCBF29CE484222325
    for b in text.encode():
        h = ((h ^ b) * 0x100000001B3) & (2**64 - 1)
    return (h ^ (h >> 32)) & 0xFFFFFFFF


scales = np.maximum(np.abs(weights).max(1) / 127, 1e-9)
with open(args.out, "wb") as file:
    file.write(b"MSV1" + struct.pack("<II", args.width, len(keys)))
    for key, scale in zip(keys, scales):
        file.write(struct.pack("<If", hashed(key), scale))
    file.write(np.round(weights / scales[:, None]).astype(np.int8).tobytes())
