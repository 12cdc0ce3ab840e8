"""Chooses how much the encoder counts beside the linear models, on lines that neither has learned.

    study margins TASK ours.csv strangers.csv --encoder FILE.bin > TASK.jsonl      for each task
    blends.py TASK.jsonl..

Only strangers' lines whose split is `train` are looked at; `test` lines are never read here. By one rule for all: the blend and the
sharpness with the least log loss; then, for the questions of yes and no, the threshold with the largest share found minus false
alarms, the rules' own verdicts included. Prints BLENDS.json for export.py and the thresholds for `Part::threshold`.
"""

import json
import sys

import numpy as np

BLENDS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
SHARPNESS = np.arange(1.0, 6.1, 0.5)
THRESHOLDS = np.arange(-1.6, 1.6, 0.1)
# As in reader.rs: beyond this many characters words of a wish are none where the models are this sure.
PLAIN_WISH, NO_WISH = 8, -1.0


def log_loss(margins, truth):
    margins = margins - margins.max(1, keepdims=True)
    shares = margins - np.log(np.exp(margins).sum(1, keepdims=True))
    return -shares[np.arange(len(truth)), truth].mean()


def threshold(part, rows, sums, labels):
    truth = np.array([row["label"] == "1" for row in rows])
    beyond = sums[:, labels.index("1")] - sums[:, labels.index("0")]
    if part == "human":
        vetoed = np.array([len(row["solid"]) > PLAIN_WISH for row in rows]) & (beyond < NO_WISH)
        sure, never = np.array([row["wish"] is not None for row in rows]) & ~vetoed, np.array([row["refused"] for row in rows])
    else:
        beyond = beyond + np.array([row["lean"] for row in rows])
        sure, never = np.array([row["certain"] for row in rows]), np.zeros(len(rows), bool)
    best = []
    for at in THRESHOLDS:
        found = sure | ((beyond > at) & ~never)
        best.append((found[truth].mean() - found[~truth].mean(), round(float(at), 1), found[truth].mean(), found[~truth].mean()))
    return max(best)


def main():
    chosen = {}
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            rows = [row for row in map(json.loads, file) if row["set"] > 0 and row["split"] == "train" and row["logits"]]
        for part in sorted({row["part"] for row in rows}):
            column = "service" if part == "service" else "label"
            mine = [row for row in rows if row["part"] == part and row[column] in row["labels"]]
            labels = mine[0]["labels"]
            truth = np.array([labels.index(row[column]) for row in mine])
            margins, logits = (np.array([row[name] for row in mine]) for name in ("margins", "logits"))
            tried = [(log_loss(s * (margins + b * logits), truth), b, float(s)) for b in BLENDS for s in SHARPNESS]
            loss, blend, sharpness = min(tried)
            chosen[part] = [blend, sharpness]
            print(f"{part}: {len(mine)} lines, log loss {loss:.3f}", file=sys.stderr)
            if labels == ["0", "1"] and part in ("human", "danger"):
                _, at, found, alarms = threshold(part, mine, margins + blend * logits, labels)
                print(f"  threshold {at}: found {found:.3f}, false alarms {alarms:.3f}", file=sys.stderr)
    print(json.dumps(chosen, indent=2))


if __name__ == "__main__":
    main()
