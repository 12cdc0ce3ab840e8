"""Learns the ranker (small boosted trees) and the confidence (logistic), and measures them.

ranker.py --data DATA --pack PACK --work WORK --rows PROGRAM --vectors measure.bin --out ranker.json
  PROGRAM: crates/knowledge/examples/ranker_rows, built for release
  measure.bin: vectors learned with --measure, so that what is ranked here was not learned from there
"""

import argparse
import json
import os
import re
import subprocess

import lightgbm
import numpy as np
from common import as_retrieval, finance_splits, oppo_pairs, rows, write_tables
from sklearn.linear_model import LogisticRegression

parser = argparse.ArgumentParser()
for name in ("data", "pack", "work", "rows", "vectors", "out"):
    parser.add_argument(f"--{name}", required=True)
parser.add_argument("--features", default="crates/knowledge/src/search/features.rs")
parser.add_argument("--trees", type=int, default=150)
parser.add_argument("--no-study", action="store_true", help="only what is shipped, no cross-validation")
parser.add_argument("--reuse", action="store_true", help="do not make the rows anew")
args = parser.parse_args()
work = args.work

with open(args.features) as file:
    block = re.search(r"NAMES: \[&str; COUNT\] = \[(.*?)\];", file.read(), re.S).group(1)
NAMES = re.findall(r'"(\w+)"', block)
USED = [n for n, name in enumerate(NAMES) if not name.startswith("deep")]

finance = finance_splits(args.data)
third = len(finance["rank"]) // 3
tables = {f"rank{n}": as_retrieval(finance["rank"][n * third : (n + 1) * third]) for n in range(3)}
tables["finance_test"] = as_retrieval(finance["test"])
tables["oppo"] = as_retrieval(oppo_pairs(args.data))
base = rows(f"{args.data}/faq/kb_28018.csv")
place = {r["kb_id"]: n for n, r in enumerate(base)}
queries = rows(f"{args.data}/faq/queries_dev.csv")
order = np.random.default_rng(1).permutation(len(queries))
tables["faq"] = [r["question"] for r in base], [(queries[n]["query"], place[queries[n]["gold_kb_id"]]) for n in order]

# Questions that are no business of a government hotline: chat to a phone's assistant, credit products, general talk.
others = [s for pair in oppo_pairs(args.data)[:900] for s in pair[:1]]
others += [pair[0] for pair in finance["test"][:300]] + [r["query"] for r in queries[:600]]
with open(f"{work}/others.txt", "w") as file:
    file.write("\n".join(" ".join(text.split()) for text in others))

jobs = {name: None for name in tables}
jobs |= {f"ask{n}": ["ask", str(n)] for n in (0, 1)} | {"tests": ["tests"]}
jobs |= {f"drop{n}": ["drop", str(n)] for n in range(4)} | {"other": ["other", f"{work}/others.txt"]}
data = {}
for name, how in jobs.items():
    path = f"{work}/{name}.rows"
    if how is None:
        write_tables(work, name, *tables[name])
        how = ["tables", f"{work}/{name}.kb.csv", f"{work}/{name}.q.csv"]
    else:
        how = ["pack", args.pack, *how]
    if not args.reuse or not os.path.exists(path):
        answer = subprocess.run([args.rows, args.vectors, path, *how], check=True, capture_output=True, text=True)
        with open(path + ".count", "w") as file:
            file.write(answer.stdout.split()[0])
    raw = np.fromfile(path, np.uint32).reshape(-1, len(NAMES) + 3)
    data[name] = raw[:, 0].astype(int), raw[:, 2].astype(int), raw[:, 3:].copy().view(np.float32)
asked = {name: int(open(f"{work}/{name}.rows.count").read()) for name in jobs}


def part(name, low, high):
    q, y, x = data[name]
    keep = (q >= low) & (q < high)
    return q[keep] - low, y[keep], x[keep]


def joined(sets):
    qs, ys, xs, offset = [], [], [], 0
    for q, y, x in sets:
        qs.append(q + offset)
        ys.append(y)
        xs.append(x)
        offset += q.max() + 1
    return np.concatenate(qs), np.concatenate(ys), np.concatenate(xs)


def learn(sets, trees=args.trees):
    q, y, x = joined(sets)
    answered = np.zeros(q.max() + 1, bool)
    answered[q[y == 1]] = True
    q, y, x = q[answered[q]], y[answered[q]], x[answered[q]]
    counts = np.bincount(q)
    settings = dict(
        objective="lambdarank", num_leaves=15, learning_rate=0.1, min_data_in_leaf=100, num_threads=1, verbose=-1,
        lambdarank_truncation_level=10, max_bin=127, feature_fraction=0.8, bagging_fraction=0.8, bagging_freq=1, seed=1,
    )  # fmt: skip
    return lightgbm.train(settings, lightgbm.Dataset(x[:, USED], y, group=counts[counts > 0]), trees)


def measured(name, scores, of=None, count=None):
    q, y, _ = of or data[name]
    order = np.lexsort((-scores, q))
    q, y = q[order], y[order]
    starts = np.r_[0, np.flatnonzero(np.diff(q)) + 1]
    place = np.arange(len(q)) - np.repeat(starts, np.diff(np.r_[starts, len(q)]))
    ranks = place[y == 1]
    count = count or asked[name]
    return f"{name}: recall@1 {np.sum(ranks < 1) / count:.4f} @5 {np.sum(ranks < 5) / count:.4f} of {count}"


def column(name, feature):
    return data[name][2][:, NAMES.index(feature)]


ask = [data["ask0"], data["ask1"]]
finance_rank = [data[f"rank{n}"] for n in range(3)]
# Half of the FAQ's queries: thresholds of abstention are fitted on them too, and on questions learned from they are too low.
half = asked["faq"] // 2
final = learn([*finance_rank, data["oppo"], *ask, part("faq", 0, half)])
for name, span in (("learned from", (0, half)), ("held out    ", (half, asked["faq"]))):
    own = part("faq", *span)
    print(f"half of the faq, {name}", measured("faq", final.predict(own[2][:, USED]), own, span[1] - span[0]))
for name in ("finance_test", "tests"):
    print("held out          ", measured(name, final.predict(data[name][2][:, USED])))
gains = sorted(zip(final.feature_importance("gain"), [NAMES[n] for n in USED]), reverse=True)
print("most used:", ", ".join(name for _, name in gains[:12]), flush=True)

# Confidence: is the best entry the right one? Learned on left-out questions, left-out entries and questions of others.
CONFIDENT = ["query_covered", "head_covered", "cosine", "middle", "answer", "whole_chars", "whole_pairs", "tag",
             "align_query", "rest", "query_length", "sound_query"]  # fmt: skip


def best_of(name):
    q, y, x = data[name]
    scores = final.predict(x[:, USED])
    out, right = [], []
    for n in range(asked[name]):
        mine = np.flatnonzero(q == n)
        if len(mine) == 0:
            continue
        ranked = mine[np.argsort(-scores[mine], kind="stable")]
        ahead = scores[ranked[0]] - (scores[ranked[1]] if len(ranked) > 1 else scores[ranked[0]])
        named = [x[ranked[0], NAMES.index(f)] for f in CONFIDENT]
        out.append([scores[ranked[0]], np.clip(ahead, -3, 3), *named])
        right.append(y[ranked[0]])
    return np.array(out), np.array(right)


bests = {name: best_of(name) for name in ("ask0", "ask1", "drop0", "drop1", "drop2", "drop3", "other", "tests")}
fit = ["ask0", "ask1", "drop0", "drop1"]
x = np.concatenate([bests[n][0] for n in fit] + [bests["other"][0][::2]])
y = np.concatenate([bests[n][1] for n in fit] + [bests["other"][1][::2]])
# Questions without an answer are fewer in life than here.
weight = np.full(len(y), 0.7)
weight[: len(bests["ask0"][1]) + len(bests["ask1"][1])] = 1.0
logistic = LogisticRegression(C=1.0, max_iter=5000).fit(x, y, sample_weight=weight)
for name, (x, y) in {**bests, "other": tuple(v[1::2] for v in bests["other"])}.items():
    if name in fit:
        continue
    p = logistic.predict_proba(x)[:, 1]
    for sure in (0.3, 0.5, 0.6, 0.7, 0.8):
        print(f"confidence {name} >= {sure}: answered {np.mean(p >= sure):.3f}, wrong {np.mean((p >= sure) & (y == 0)):.3f}")

trees = []
for tree in final.dump_model()["tree_info"]:
    nodes = []

    def walk(node):
        at = len(nodes)
        nodes.append(None)
        if "split_feature" in node:
            nodes[at] = [node["split_feature"], float(f"{node['threshold']:.6g}"), walk(node["left_child"]), walk(node["right_child"])]
        else:
            nodes[at] = [round(node["leaf_value"], 5)]
        return at

    walk(tree["tree_structure"])
    trees.append(nodes)
weights = [round(float(w), 4) for w in logistic.coef_[0]]
confidence = {
    "bias": round(float(logistic.intercept_[0]), 4), "score": weights[0], "ahead": weights[1],
    "features": list(zip(CONFIDENT, weights[2:])),
}  # fmt: skip
with open(args.out, "w") as file:
    file.write('{"features": ' + json.dumps([NAMES[n] for n in USED]) + ',\n"trees": [\n')
    file.write(",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees))
    file.write('\n],\n"confidence": ' + json.dumps(confidence) + "}\n")

if args.no_study:
    raise SystemExit
# What it does on what it has not seen.
for name in ("finance_test", "oppo", "faq", "tests"):
    print("terms only  ", measured(name, column(name, "whole_of_best")))
without_faq = learn([*finance_rank, data["oppo"], *ask])
print("not trained on it ", measured("faq", without_faq.predict(data["faq"][2][:, USED])), flush=True)
without_oppo = learn([*finance_rank, data["faq"], *ask])
print("not trained on it ", measured("oppo", without_oppo.predict(data["oppo"][2][:, USED])), flush=True)
folds, size = [], -(-asked["faq"] // 5)
for n in range(5):
    own = part("faq", n * size, min((n + 1) * size, asked["faq"]))
    rest = [part("faq", m * size, min((m + 1) * size, asked["faq"])) for m in range(5) if m != n]
    model = learn([*finance_rank, data["oppo"], *ask, *rest])
    folds.append(model.predict(own[2][:, USED]))
print("5-fold            ", measured("faq", np.concatenate(folds)))
