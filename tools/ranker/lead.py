"""Fits the three weights of crates/knowledge/src/service/lead.rs.

    lead.py ANSWERS.jsonl TITLES.json

ANSWERS is what `minsheng eval ask` wrote for the pack's test questions with the weights set to OWN=1, NEXT=0, BASE=0; TITLES is
the list of the titles that were meant, in the same order.
"""

import json
import math
import sys


def odds(value):
    value = min(max(value, 0.001), 0.999)
    return math.log(value / (1 - value))


def main():
    rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    titles = json.load(open(sys.argv[2], encoding="utf-8"))
    data = []
    for row, title in zip(rows, titles):
        nearest = row["nearest"]
        if nearest:
            following = max([confidence for _, confidence in nearest[1:]], default=0.0)
            data.append((odds(nearest[0][1]), odds(following), nearest[0][0] == title))
    weights = [1.0, -0.5, 0.0]
    for _ in range(3000):
        slope = [0.0, 0.0, 0.0]
        for own, following, right in data:
            z = weights[0] * own + weights[1] * following + weights[2]
            error = 1 / (1 + math.exp(-z)) - right
            slope = [slope[0] + error * own, slope[1] + error * following, slope[2] + error]
        weights = [w - 0.15 * s / len(data) for w, s in zip(weights, slope)]
    print("OWN {:.3f}  NEXT {:.3f}  BASE {:.3f}".format(*weights))


main()
