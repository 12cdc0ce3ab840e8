"""What plain methods reach on the same lines: character TF-IDF with a linear SVM, fastText, and the product beside them.

    python baseline.py --ours "minsheng train intent" [--crisis TRAIN.csv]

Trains on the lines marked train, judges those marked test. The crisis set has no test lines here: ten folds.
Needs scikit-learn; fastText where its wheel is installed. Background lines (families bg-...) are trained on by all.
"""

import argparse
import csv
import json
import shlex
import subprocess
import tempfile
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

try:
    import fasttext
except ImportError:
    fasttext = None

HERE = Path(__file__).parent
TASKS = {"human_request": "label", "emergency": "label", "request_kind": "kind", "domain": "domain",
         "medical_line": "line", "dialect": "label"}


def text_of(row):
    """The words, with the place they were said in where there is one."""
    context = row.get("context", "")
    return (context.split(":")[0] + " " if context else "") + row["text"]


def svm(train, train_labels, test):
    model = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True, min_df=2),
                          LinearSVC(class_weight="balanced"))
    return model.fit(train, train_labels).predict(test)


def fast(train, train_labels, test):
    spaced = lambda text: " ".join(text.replace("\n", " "))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"__label__{label} {spaced(text)}\n" for text, label in zip(train, train_labels))
        file.flush()
        model = fasttext.train_supervised(file.name, epoch=40, lr=0.5, wordNgrams=3, dim=64, minCount=1, thread=1,
                                          seed=1, verbose=0)
    return [model.f.predict(spaced(text) + "\n", 1, 0.0, "strict")[0][1].removeprefix("__label__") for text in test]


def told(name, method, gold, guess):
    line = f"{name:14} {method:8} accuracy {accuracy_score(gold, guess):.3f} macro F1 {f1_score(gold, guess, average='macro'):.3f}"
    if set(gold) == {"0", "1"}:
        p, r, f, _ = precision_recall_fscore_support(gold, guess, labels=["1"], zero_division=0)
        alarms = sum(g == "1" for g, t in zip(guess, gold) if t == "0") / sum(t == "0" for t in gold)
        line += f" | 1: precision {p[0]:.3f} recall {r[0]:.3f} F1 {f[0]:.3f} false alarms {alarms:.3f}"
    print(line, flush=True)


def ours(command, task, table):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*shlex.split(command), "--task", task, "--input", str(table), "--out", folder],
                              capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        found = json.loads(line)
        for what, report in (("test", found.get("test")), ("held out", {
                "accuracy": found["held_out_accuracy"], "macro_f1": found["held_out_macro_f1"],
                "classes": found["held_out_classes"]})):
            if not report:
                continue
            text = f"{task:14} ours/{found['part']} ({what}) accuracy {report['accuracy']:.3f} macro F1 {report['macro_f1']:.3f}"
            classes = report["classes"]
            if set(classes) == {"0", "1"}:
                yes, no = classes["1"], classes["0"]
                text += (f" | 1: precision {yes['precision']:.3f} recall {yes['recall']:.3f} F1 {yes['f1']:.3f}"
                         f" false alarms {1 - no['recall']:.3f}")
            if report.get("service_accuracy") is not None:
                text += f" | right service {report['service_accuracy']:.3f}"
            print(text, flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--ours", help="the command that trains the product's models")
    options.add_argument("--crisis", type=Path, help="the public set's training lines")
    options = options.parse_args()
    methods = [("svm", svm)] + ([("fasttext", fast)] if fasttext else [])
    for task, column in TASKS.items():
        rows = list(csv.DictReader((HERE / f"{task}.csv").open(encoding="utf-8")))
        parts = {part: [r for r in rows if r["split"] == part] for part in ("train", "test")}
        for name, method in methods:
            guess = method([text_of(r) for r in parts["train"]], [r[column] for r in parts["train"]],
                           [text_of(r) for r in parts["test"]])
            told(task, name, [r[column] for r in parts["test"]], guess)
        if options.ours:
            ours(options.ours, task, HERE / f"{task}.csv")
    if options.crisis:
        rows = list(csv.DictReader(options.crisis.open(encoding="utf-8-sig")))
        texts, labels = [r["text"] for r in rows], [r["high_risk"] for r in rows]
        for name, method in methods:
            guess = [""] * len(rows)
            for kept, held in StratifiedKFold(10, shuffle=True, random_state=1).split(texts, labels):
                found = method([texts[i] for i in kept], [labels[i] for i in kept], [texts[i] for i in held])
                for at, label in zip(held, found):
                    guess[at] = label
            told("crisis", name, labels, guess)
        if options.ours:
            ours(options.ours, "crisis", options.crisis)


if __name__ == "__main__":
    main()
