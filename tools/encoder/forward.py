"""The network, the same as crates/language/src/model/encoder/transformer.rs computes."""

import jax
import jax.numpy as jnp
import numpy as np


def norm(x, g):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(variance + 1e-12) * g[0] + g[1]


def linear(x, p):
    return x @ p[0].T + p[1]


def dropped(x, key, rate):
    if key is None or rate == 0:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def logits(parameters, words, mask, key=None, rate=0.1, attention=12):
    """Logits of every head for a batch: `words` are embeddings (batch, pieces, width), `mask` is 1 where there is a piece."""
    batch, pieces, width = words.shape
    keys = iter(jax.random.split(key, 64)) if key is not None else iter([None] * 64)
    x = norm(words + parameters["pos"][:pieces], parameters["first"])
    x = dropped(x, next(keys), rate)
    away = jnp.where(mask[:, None, None, :] > 0, 0, -1e9)
    part = width // attention
    for layer in parameters["layers"]:
        heads = lambda y: y.reshape(batch, pieces, attention, part).transpose(0, 2, 1, 3)
        q, k, v = (heads(linear(x, layer[name])) for name in ("q", "k", "v"))
        weights = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(part) + away, -1)
        seen = (weights @ v).transpose(0, 2, 1, 3).reshape(batch, pieces, width)
        x = norm(x + dropped(linear(seen, layer["ao"]), next(keys), rate), layer["aln"])
        fed = linear(jax.nn.gelu(linear(x, layer["fi"]), approximate=True), layer["fo"])
        x = norm(x + dropped(fed, next(keys), rate), layer["oln"])
    mean = (x * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
    mean = dropped(mean, next(keys), rate)
    return {name: mean @ w + b for name, (w, b) in parameters["heads"].items()}
