"""The labelled lines as the encoder learns them: what it reads of each text, what was said before, and labels by head."""

import csv
import glob
import os
import random
import subprocess

import yaml

# Head, its table, the column of its labels.
TASKS = {
    "human": ("human_request", "label"),
    "danger": ("emergency", "label"),
    "service": ("emergency", "service"),
    "kind": ("request_kind", "kind"),
    "domain": ("domain", "domain"),
    "medical": ("medical_line", "line"),
    "dialect": ("dialect", "label"),
    "act": ("act", "label"),
}
# The same words as crates/language/src/mind.rs puts before a text.
BEFORE = {"opening": "", "": "", "after_answer": "答完后", "after_fail": "没听懂后", "offered": "问要不要人工", "queue": "排队时"}
LONGEST, LONGEST_BEFORE, MOST = 60, 20, 64
PACK_QUESTIONS, PACK_WEIGHT = 2, 0.5


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def solid(texts, study):
    """What the encoder reads of each text; `study` is the example program of crates/language."""
    texts = sorted(set(texts))
    flat = "\n".join(" ".join(text.split("\n")).replace("\r", " ") for text in texts) + "\n"
    out = subprocess.run([study, "solid"], input=flat, capture_output=True, text=True, check=True).stdout
    return dict(zip(texts, out.split("\n")))


def before(context):
    return context[5:] if context.startswith("form:") else BEFORE.get(context, "")


def of_pack(folder):
    """Questions of a pack with their domain: a few an entry, the same ones each time."""
    for path in sorted(glob.glob(os.path.join(folder, "entries", "*.yaml"))):
        for entry in yaml.load(open(path, encoding="utf-8"), yaml.CSafeLoader) or []:
            asked = entry.get("questions", []) + entry.get("tests", [])
            for text in random.Random(entry["id"]).sample(asked, min(PACK_QUESTIONS, len(asked))):
                yield text, entry["domain"]


class Lines:
    """Examples: pieces, and the label and weight of each head that knows the line."""

    def __init__(self, base, folder, study, pack=None, everything=False):
        self.labels, found = {}, []
        for head, (table, column) in TASKS.items():
            table = rows(os.path.join(folder, table + ".csv"))
            table = [row for row in table if head != "service" or row["label"] == "1"]
            self.labels[head] = sorted({row[column] for row in table})
            found += [
                (head, row["text"], before(row.get("context") or ""), row[column], row["split"], 1.0) for row in table
            ]
        if pack:
            for text, domain in of_pack(pack):
                if domain in self.labels["domain"]:
                    found.append(("domain", text, "", domain, "pack", PACK_WEIGHT))
        reads = solid([text for _, text, *_ in found], study)
        pieces = {}

        def ids(text, said):
            key = (reads[text], said)
            if key not in pieces:
                cut = base.cut(key[0], LONGEST)
                if said:
                    cut = base.cut(said, LONGEST_BEFORE) + cut[1:]
                pieces[key] = tuple(cut[:MOST])
            return pieces[key]

        chosen = [line for line in found if everything or line[4] != "test"]
        counts = {}
        for head, _, _, label, _, _ in chosen:
            counts.setdefault(head, {}).setdefault(label, 0)
            counts[head][label] += 1
        merged = {}
        for head, text, said, label, _, weight in chosen:
            # Rare labels count more, but less than their rarity: they are also the ones most often labelled wrongly.
            mean = sum(counts[head].values()) / len(counts[head])
            weight *= min(2.0, (mean / counts[head][label]) ** 0.5)
            place = merged.setdefault(ids(text, said), {})
            place[head] = (self.labels[head].index(label), weight)
        self.train = list(merged.items())
        self.test = [
            (ids(text, said), head, self.labels[head].index(label))
            for head, text, said, label, split, _ in found
            if split == "test"
        ]
