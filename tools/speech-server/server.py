"""A speech service for one machine: OpenAI-compatible, real models, no network once the models are there.

POST /v1/audio/transcriptions (multipart, field `file`, WAV)  -> {"text", "confidence"}   Whisper base by CTranslate2
POST /v1/audio/speech {"input", "voice"}                      -> WAV                      Kokoro by onnxruntime

    python server.py --models DIR [--port 8090]

DIR holds `whisper/` (model.bin, tokenizer.json) and `kokoro/` (kokoro.onnx, vocab.json, *.bin voices): `fetch.sh` makes it.
Packages: numpy ctranslate2 tokenizers onnxruntime misaki[zh].
"""

import argparse
import email.parser
import email.policy
import io
import json
import math
import threading
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import ctranslate2
import numpy
import onnxruntime
import tokenizers
from misaki import zh

RATE = 16_000
# Words of the trade steer the recogniser; short, or it repeats them into silence.
PROMPT = "以下是政务热线的普通话来电：转人工，公积金，医保，社保，居住证，投诉，路灯，物业。"


def mel_filters(bands=80, size=400):
    """Slaney's mel filters, as Whisper was trained on."""
    def mel(hertz):
        low = hertz / (200 / 3)
        return numpy.where(hertz >= 1000, 15 + numpy.log(numpy.maximum(hertz, 1e-9) / 1000) / (math.log(6.4) / 27), low)

    def hertz(mels):
        return numpy.where(mels >= 15, 1000 * numpy.exp(math.log(6.4) / 27 * (mels - 15)), mels * 200 / 3)

    bins = numpy.linspace(0, RATE / 2, size // 2 + 1)
    edges = hertz(numpy.linspace(mel(numpy.array(0.0)), mel(numpy.array(RATE / 2)), bands + 2))
    widths = numpy.diff(edges)
    ramps = edges[:, None] - bins[None]
    lower, upper = -ramps[:-2] / widths[:-1, None], ramps[2:] / widths[1:, None]
    weights = numpy.maximum(0, numpy.minimum(lower, upper))
    return (weights * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(numpy.float32)


class Ear:
    def __init__(self, folder, threads):
        self.model = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1)
        self.words = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.filters = mel_filters()
        self.window = numpy.hanning(401)[:-1].astype(numpy.float32)
        token = self.words.token_to_id
        self.start = [token(name) for name in ("<|startoftranscript|>", "<|zh|>", "<|transcribe|>", "<|notimestamps|>")]
        self.before = [token("<|startofprev|>")] + self.words.encode(PROMPT, add_special_tokens=False).ids
        self.turn = threading.Lock()

    def features(self, sound):
        sound = numpy.pad(sound[: 30 * RATE], (0, max(0, 30 * RATE - len(sound))))
        padded = numpy.pad(sound, 200, mode="reflect")
        frames = numpy.lib.stride_tricks.sliding_window_view(padded, 400)[::160][:-1]
        power = numpy.abs(numpy.fft.rfft(frames * self.window, axis=1)) ** 2
        mel = numpy.log10(numpy.maximum(self.filters @ power.T, 1e-10))
        mel = numpy.maximum(mel, mel.max() - 8)
        return ((mel + 4) / 4).astype(numpy.float32)

    def hear(self, sound):
        seconds = len(sound) / RATE
        view = ctranslate2.StorageView.from_array(numpy.ascontiguousarray(self.features(sound)[None]))
        with self.turn:
            found = self.model.generate(
                view, [self.before + self.start], beam_size=1, max_length=min(440, len(self.before) + 28 + int(seconds * 14)),
                return_scores=True, return_no_speech_prob=True, repetition_penalty=1.1, no_repeat_ngram_size=4,
            )[0]
        text = self.words.decode([t for t in found.sequences_ids[0] if t < self.start[0]]).replace("\ufffd", "").strip(" ：:")
        confidence = math.exp(min(0.0, found.scores[0]))
        # Silence makes the recogniser recite its own prompt.
        if found.no_speech_prob > 0.8 or (len(text) > 6 and text.strip("。") in PROMPT):
            return "", 0.0
        return text, confidence


class Voice:
    def __init__(self, folder, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.model = onnxruntime.InferenceSession(str(folder / "kokoro.onnx"), options, providers=["CPUExecutionProvider"])
        self.symbols = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        self.voices = {file.stem: numpy.fromfile(file, numpy.float32).reshape(-1, 256) for file in folder.glob("z*.bin")}
        self.sounds = zh.ZHG2P()
        self.turn = threading.Lock()

    def speak(self, text, voice, speed):
        style = self.voices[voice] if voice in self.voices else next(iter(self.voices.values()))
        with self.turn:
            sounds = self.sounds(text)
            sounds = sounds[0] if isinstance(sounds, tuple) else sounds
            tokens = [self.symbols[c] for c in sounds if c in self.symbols][:500]
            made = self.model.run(None, {
                "tokens": numpy.array([[0, *tokens, 0]], numpy.int64),
                "style": style[min(len(tokens), len(style)) - 1][None],
                "speed": numpy.array([speed], numpy.float32),
            })[0].ravel()
        loudest = max(1e-6, float(numpy.abs(made).max()))
        return 24_000, (made / loudest * 0.7 * 32_767).astype(numpy.int16)


def read_wave(data):
    with wave.open(io.BytesIO(data)) as file:
        sound = numpy.frombuffer(file.readframes(file.getnframes()), numpy.int16)[:: file.getnchannels()]
        rate = file.getframerate()
    sound = sound.astype(numpy.float32) / 32_768
    if rate != RATE:
        places = numpy.arange(int(len(sound) * RATE / rate)) * rate / RATE
        sound = numpy.interp(places, numpy.arange(len(sound)), sound).astype(numpy.float32)
    return sound


def write_wave(rate, samples):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, b'{"ready": true}', "application/json")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if self.path == "/v1/audio/transcriptions":
                text, confidence = self.server.ear.hear(read_wave(self.file(body)))
                answer = json.dumps({"text": text, "confidence": round(confidence, 3)}, ensure_ascii=False)
                self.answer(200, answer.encode(), "application/json")
            elif self.path == "/v1/audio/speech":
                asked = json.loads(body)
                rate, samples = self.server.voice.speak(asked["input"], asked.get("voice", ""), float(asked.get("speed", 1.0)))
                self.answer(200, write_wave(rate, samples), "audio/wav")
            else:
                self.answer(404, b"{}", "application/json")
        except Exception as error:  # a bad request must not end the service
            self.answer(400, json.dumps({"error": str(error)}).encode(), "application/json")

    def file(self, body):
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        for part in message.iter_parts():
            if part.get_param("name", header="content-disposition") == "file":
                return part.get_payload(decode=True)
        raise ValueError("no file")

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--models", type=Path, required=True)
    options.add_argument("--port", type=int, default=8090)
    options.add_argument("--threads", type=int, default=2)
    given = options.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Handler)
    server.ear = Ear(given.models / "whisper", given.threads)
    server.voice = Voice(given.models / "kokoro", given.threads)
    print(f"speech on 127.0.0.1:{given.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
