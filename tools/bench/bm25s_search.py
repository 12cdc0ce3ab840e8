"""Searches the same entries with bm25s and jieba, for `minsheng bench knowledge`. Needs: pip install bm25s jieba

Usage: bm25s_search.py DOCS.jsonl QUESTIONS.jsonl
DOCS: {"id", "text"}; QUESTIONS: {"text", "gold"}, one a line. Prints one JSON line.
"""

import json
import logging
import sys
import time

import bm25s
import jieba

LOOKED_AT = 10


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def words(text):
    return [word for word in jieba.cut_for_search(text) if word.strip()]


def main():
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    docs, questions = read(sys.argv[1]), read(sys.argv[2])
    began = time.perf_counter()
    index = bm25s.BM25()
    index.index([words(doc["text"]) for doc in docs], show_progress=False)
    index_s = time.perf_counter() - began
    times, ranks = [], []
    for question in questions:
        began = time.perf_counter()
        asked = words(question["text"])
        found, _ = index.retrieve([asked], k=min(LOOKED_AT, len(docs)), show_progress=False)
        times.append((time.perf_counter() - began) * 1e3)
        ids = [docs[at]["id"] for at in found[0]]
        ranks.append(ids.index(question["gold"]) if question["gold"] in ids else None)
    times.sort()
    count = max(1, len(questions))

    def at(share):
        return round(times[round((len(times) - 1) * share)], 3) if times else 0.0

    def within(places):
        return round(sum(1 for rank in ranks if rank is not None and rank < places) / count, 3)

    print(json.dumps({
        "engine": "bm25s + jieba", "questions": len(questions), "recall@1": within(1), "recall@5": within(5),
        "p50_ms": at(0.5), "p99_ms": at(0.99), "index_s": round(index_s, 3),
        "entries_per_s": round(len(docs) / max(index_s, 1e-9)),
    }))


main()
