"""Weighs what the sentence encoder adds to the ranker: crates/knowledge/assets/meant.json.

    DEEP=packs/starter/vectors.bin ranker_rows - WORK/tests.rows pack packs/starter tests
    DEEP=packs/starter/vectors.bin ranker_rows - WORK/drop.rows pack packs/starter drop 1
    meant.py --work WORK --out crates/knowledge/assets/meant.json [--cosine 10]

The cosine's weight is the best of a few by how many tests find their entry first. The confidence is a logistic regression over the best
entry of each test, and of questions whose entry was taken out (no answer is right), a third of which count. Half of each is held out
first and told; what is written has learned from all of them.
"""

import argparse
import json
import re

import numpy as np
from sklearn.linear_model import LogisticRegression

COSINES = (0, 2, 4, 6, 8, 10, 12, 14)
SHARE_DROPPED, WEIGHT_DROPPED = 0.35, 0.7


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--cosine", type=float)
    parser.add_argument("--ranker", default="crates/knowledge/assets/ranker.json")
    parser.add_argument("--features", default="crates/knowledge/src/search/features.rs")
    return parser.parse_args()


class Ranker:
    def __init__(self, path, names):
        with open(path) as file:
            self.table = json.load(file)
        self.place = [names.index(name) for name in self.table["features"]]

    def scores(self, x):
        total = np.zeros(len(x))
        for tree in self.table["trees"]:
            at, done = np.zeros(len(x), int), np.zeros(len(x), bool)
            while not done.all():
                for node in np.unique(at[~done]):
                    here = ~done & (at == node)
                    if len(tree[node]) == 1:
                        total[here] += tree[node][0]
                        done |= here
                    else:
                        feature, threshold, low, high = tree[node]
                        below = x[here, self.place[int(feature)]] <= threshold
                        at[np.flatnonzero(here)] = np.where(below, int(low), int(high))
        return total


def main():
    wanted = options()
    with open(wanted.features) as file:
        block = re.search(r"NAMES: \[&str; COUNT\] = \[(.*?)\];", file.read(), re.S).group(1)
    names = re.findall(r'"(\w+)"', block)
    ranker, deep = Ranker(wanted.ranker, names), names.index("deep")
    weighed = [name for name, _ in ranker.table["confidence"]["features"]] + ["deep", "deep_of_best"]

    def rows(name):
        raw = np.fromfile(f"{wanted.work}/{name}.rows", np.uint32).reshape(-1, len(names) + 3)
        x = raw[:, 3:].copy().view(np.float32)
        return raw[:, 0].astype(int), raw[:, 2].astype(int), x, ranker.scores(x)

    def found(data, cosine):
        q, right, x, score = data
        order = np.lexsort((-(score + cosine * x[:, deep]), q))
        q, right = q[order], right[order]
        start = np.r_[0, np.flatnonzero(np.diff(q)) + 1]
        place = np.arange(len(q)) - np.repeat(start, np.diff(np.r_[start, len(q)]))
        return [float((place[right == 1] < k).sum() / (q.max() + 1)) for k in (1, 3, 5)]

    def best(data, cosine):
        q, right, x, score = data
        score, out, told, number = score + cosine * x[:, deep], [], [], []
        for n in range(q.max() + 1):
            own = np.flatnonzero(q == n)
            if len(own) == 0:
                continue
            order = own[np.argsort(-score[own], kind="stable")]
            ahead = score[order[0]] - score[order[min(1, len(order) - 1)]]
            out.append([score[order[0]], np.clip(ahead, -3, 3), *(x[order[0], names.index(f)] for f in weighed)])
            told.append(right[order[0]])
            number.append(n)
        return np.array(out), np.array(told), np.array(number)

    tests, dropped = rows("tests"), rows("drop")
    for cosine in COSINES:
        print(f"cosine {cosine}:", " ".join(f"@{k} {v:.4f}" for k, v in zip((1, 3, 5), found(tests, cosine))))
    cosine = wanted.cosine or max(COSINES, key=lambda c: found(tests, c)[0])
    (a, right_a, n_a), (b, right_b, n_b) = best(tests, cosine), best(dropped, cosine)
    some = np.random.default_rng(0).random(len(b)) < SHARE_DROPPED

    def fit(of_a, of_b):
        x, y = np.concatenate([a[of_a], b[of_b]]), np.concatenate([right_a[of_a], right_b[of_b]])
        weight = np.r_[np.ones(of_a.sum()), np.full(of_b.sum(), WEIGHT_DROPPED)]
        return LogisticRegression(C=1.0, max_iter=5000).fit(x, y, sample_weight=weight)

    half_a, half_b = n_a // 40 % 2 == 0, n_b // 40 % 2 == 0
    held = fit(half_a, half_b & some)
    for name, x, y in (("tests", a[~half_a], right_a[~half_a]), ("without an answer", b[~half_b], right_b[~half_b])):
        sure = held.predict_proba(x)[:, 1]
        for least in (0.3, 0.5, 0.65, 0.8):
            wrong = np.mean((sure >= least) & (y == 0))
            print(f"{name}, held out, at {least}: answered {np.mean(sure >= least):.3f}, wrong {wrong:.3f}")
    final = fit(np.ones(len(a), bool), some)
    score, ahead, *features = (round(float(v), 4) for v in final.coef_[0])
    confidence = {"bias": round(float(final.intercept_[0]), 4), "score": score, "ahead": ahead}
    confidence["features"] = [list(pair) for pair in zip(weighed, features)]
    with open(wanted.out, "w") as file:
        file.write(json.dumps({"added": [["deep", cosine]], "confidence": confidence}) + "\n")


main()
