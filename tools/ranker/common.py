"""Text folding as the search does it, the labelled pairs, and how they are split."""

import collections
import csv
import glob
import json
import os
import pickle
import random

import yaml


def fold(text):
    """The same as language::normalise::chars."""
    out = []
    for c in text[:2000]:
        n = ord(c)
        if 0xFF01 <= n <= 0xFF5E:
            c = chr(n - 0xFEE0)
        out.append(c.lower())
    return "".join(c for c in "".join(out) if c.isalnum())


def grams(text, lengths=(1, 2)):
    return [text[i : i + n] for n in lengths for i in range(len(text) - n + 1)]


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def read_pack(folder):
    entries = []
    for path in sorted(glob.glob(os.path.join(folder, "entries", "*.yaml"))):
        with open(path) as file:
            entries += yaml.safe_load(file) or []
    return entries


def pack_texts(folder):
    """Titles, questions, answers' sentences and tags; never the tests."""
    texts = []
    for entry in read_pack(folder):
        texts += [entry["title"], *entry.get("questions", []), *map(str, entry.get("tags", []))]
        texts += entry.get("answer", "").replace("；", "。").split("。")
    return [text for text in texts if text.strip()]


def finance_splits(data):
    """AFQMC and ATEC together (one holds much of the other), split by connected groups of paraphrases."""
    parent = {}

    def find(x):
        while parent.setdefault(x, x) != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    seen, kept = set(), []
    for row in rows(f"{data}/paraphrase/afqmc.csv") + rows(f"{data}/paraphrase/atec.csv"):
        a, b = fold(row["s1"]), fold(row["s2"])
        key = (frozenset((a, b)), row["label"])
        if a == b or key in seen:
            continue
        seen.add(key)
        if row["label"] == "1":
            kept.append((row["s1"].strip(), row["s2"].strip()))
            parent[find(a)] = find(b)
    random_ = random.Random(3)
    of_root, splits = {}, {"train": [], "rank": [], "test": []}
    for pair in kept:
        root = find(fold(pair[0]))
        if root not in of_root:
            x = random_.random()
            of_root[root] = "test" if x < 0.1 else "rank" if x < 0.35 else "train"
        splits[of_root[root]].append(pair)
    return splits


def oppo_pairs(data):
    pairs = [(r["s1"].strip(), r["s2"].strip()) for r in rows(f"{data}/paraphrase/oppo.csv") if r["label"] == "1"]
    return [pair for pair in pairs if fold(pair[0]) != fold(pair[1])]


def as_retrieval(pairs, seed=1):
    """Questions are one side of the pairs, the knowledge base is the other side."""
    pairs = list(pairs)
    random.Random(seed).shuffle(pairs)
    asked = {a for a, _ in pairs}
    base = {}
    for a, b in pairs:
        if b not in asked:
            base.setdefault(b, len(base))
    return list(base), [(a, base[b]) for a, b in pairs if b in base]


def write_tables(folder, name, base, queries):
    with open(f"{folder}/{name}.kb.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["kb_id", "question"])
        out.writerows((f"k{n}", text) for n, text in enumerate(base))
    with open(f"{folder}/{name}.q.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["qid", "query", "gold_kb_id"])
        out.writerows((n, text, f"k{right}") for n, (text, right) in enumerate(queries))
