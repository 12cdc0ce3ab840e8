"""Lines for training an encoder on: families of some writers whole, a share of the others so that nothing is forgotten.

    mix.py --lines evals/intent --whole ed,hd,dd,md,talk --share 0.25 --out DIR
    train.py --lines DIR --from FILE.pkl --epochs 1.5 --rate 1e-4 ...

The shared lines are `train` in DIR whatever they were: the encoder that is trained on has learned them already, so they judge nothing.
"""

import argparse
import csv
import glob
import os
import random


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", required=True)
    parser.add_argument("--whole", required=True)
    parser.add_argument("--share", type=float, default=0.25)
    parser.add_argument("--out", required=True)
    wanted = parser.parse_args()
    rng, whole = random.Random(7), tuple(f"{prefix}-" for prefix in wanted.whole.split(","))
    os.makedirs(wanted.out, exist_ok=True)
    for path in sorted(glob.glob(os.path.join(wanted.lines, "*.csv"))):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        kept = []
        for row in rows:
            if row["family"].startswith(whole):
                kept.append(row)
            elif rng.random() < wanted.share:
                kept.append({**row, "split": "train"})
        with open(os.path.join(wanted.out, os.path.basename(path)), "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, rows[0].keys())
            table.writeheader()
            table.writerows(kept)
        print(f"{os.path.basename(path)}: {len(kept)} of {len(rows)}")


if __name__ == "__main__":
    main()
