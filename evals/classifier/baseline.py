"""A plain baseline beside `minsheng train classifier`: character TF-IDF and a linear SVM of scikit-learn, same rows.

usage: baseline.py TRAIN.csv TEST.csv [TEXT LABEL]      needs: pip install scikit-learn
"""

import csv
import json
import re
import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.svm import LinearSVC

csv.field_size_limit(10**8)


def rows(path: str, text: str, label: str) -> tuple[list[str], list[str]]:
    with open(path, newline="", encoding="utf-8-sig") as file:
        table = [row for row in csv.DictReader(file) if row[label].strip()]
    return [re.sub(r"\s+", "", row[text]) for row in table], [row[label].strip() for row in table]


def main() -> None:
    train, test = sys.argv[1:3]
    columns = tuple(sys.argv[3:5]) if len(sys.argv) >= 5 else ("body", "label")
    texts, labels = rows(train, *columns)
    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    model = LinearSVC(C=1.0, class_weight="balanced").fit(vectoriser.fit_transform(texts), labels)
    texts, labels = rows(test, *columns)
    given = model.predict(vectoriser.transform(texts))
    figures = {
        "rows": len(labels),
        "accuracy": accuracy_score(labels, given),
        "macro_f1": f1_score(labels, given, average="macro"),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
