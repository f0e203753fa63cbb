"""
First lesson: the vision tower alone learns to see, with dense heads on pairs of frames (thrown away afterwards).
Usage: see.py <minutes> <out.pt> [resume.pt]
"""
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

from checkpoint import Eye, build
from data import GRID_H, GRID_W, PERSON_CLASSES, Samples, augment, patchify, person_labels, room_labels
from optimise import Optimiser

PAIRS = 96


class Heads(torch.nn.Module):
    """Attention pooling: one question for each colour of clothes and one for the room, asked of a pair's 24 features."""

    def __init__(self, width):
        super().__init__()
        self.query = torch.nn.Parameter(torch.randn(6, 2, width) * 0.05)
        self.key = torch.nn.Linear(width, width)
        self.norm = torch.nn.LayerNorm(width)
        self.person = torch.nn.Linear(2 * width, sum(PERSON_CLASSES))
        self.room = torch.nn.Linear(2 * width, 6)

    def forward(self, x):
        x = self.norm(x.float())
        a = torch.softmax(torch.einsum("qjd,bnd->bqjn", self.query, self.key(x)) / 4, -1)
        z = torch.einsum("bqjn,bnd->bqjd", a, x).flatten(2)
        return self.person(z[:, :5]).split(PERSON_CLASSES, -1), self.room(z[:, 5]).split(2, -1)


def loss_of(outputs, person, room):
    losses, right = [], []
    for k, logits in enumerate(outputs[0]):
        target = person[:, :, k].reshape(-1)
        losses.append(F.cross_entropy(logits.reshape(-1, logits.shape[-1]), target, ignore_index=-100))
        seen = target >= 0
        right.append((logits.reshape(-1, logits.shape[-1]).argmax(-1)[seen] == target[seen]).float().mean())
    for k, logits in enumerate(outputs[1]):
        losses.append(F.cross_entropy(logits, room[:, k]))
        right.append((logits.argmax(-1) == room[:, k]).float().mean())
    return torch.stack(losses).sum(), torch.stack(right)


def main():
    minutes, out = float(sys.argv[1]), sys.argv[2]
    torch.manual_seed(0)
    torch.set_num_threads(2)
    model = build(1024, {"<|image_pad|>": 1, "<|video_pad|>": 2, "<|vision_start|>": 3, "<|vision_end|>": 4})
    visual = model.model.visual
    if len(sys.argv) > 3:
        visual.load_state_dict(torch.load(sys.argv[3]))
    eye, heads, deep_heads = Eye(visual, GRID_H, GRID_W), Heads(192), Heads(192)
    samples = Samples("../../..", int(time.time()) % 100000, 6, 8)
    optimiser = Optimiser([eye, heads, deep_heads], peak=3e-3)
    rng = np.random.default_rng()
    began, step, average, bag = time.time(), 0, None, []
    while (part := (time.time() - began) / (minutes * 60)) < 1:
        while len(bag) < PAIRS * 6:
            facts, frames = samples.take()
            frames = augment(frames, rng)
            bag += [(frames[2 * i : 2 * i + 2], d) for i, d in enumerate(facts["dense"])]
        rng.shuffle(bag)
        batch, bag = bag[:PAIRS], bag[PAIRS:]
        person = torch.from_numpy(np.stack([person_labels(d) for _, d in batch]))
        room = torch.from_numpy(np.stack([room_labels(d) for _, d in batch]))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            features, deep = eye(patchify(np.concatenate([f for f, _ in batch])))
        loss, right = loss_of(heads(features), person, room)
        total = loss + 0.15 * sum(loss_of(deep_heads(d), person, room)[0] for d in deep)
        optimiser.step(total, part)
        step += 1
        right = torch.nan_to_num(right, nan=1.0)
        average = right if average is None else 0.97 * average + 0.03 * right
        if step % 25 == 0:
            print(step, f"{loss.item():.3f}", [round(v, 3) for v in average.tolist()], f"{(time.time() - began) / 60:.1f}m", flush=True)
        if step % 400 == 0:
            torch.save(visual.state_dict(), out)
    torch.save(visual.state_dict(), out)


main()
