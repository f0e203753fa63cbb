"""Windows of the demo room, rendered by samples.ts in child processes and read from their pipes."""
import json
import queue
import struct
import subprocess
import threading

import numpy as np
import torch

WIDTH, HEIGHT, PATCH = 192, 128, 16
GRID_H, GRID_W = HEIGHT // PATCH, WIDTH // PATCH
WEAR = ["red", "blue", "green", "yellow", "white"]
KINDS = ["enters", "leaves", "picks_up_phone", "puts_down_phone", "sits_down", "stands_up", "falls", "gets_up", "leaves_bag", "takes_bag", "light_off", "light_on"]


def read_exactly(pipe, count):
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError("samples.ts ended")
    return data


class Samples:
    """An endless queue of (json, frames uint8 [n, 128, 192, 3]); bounded, so that the renderer waits for the trainer."""

    def __init__(self, project, seed, least, most, bound=256):
        self.queue = queue.Queue(bound)
        command = ["npx", "tsx", "models/demo/train/samples.ts", str(seed), str(least), str(most)]
        self.process = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            size, count = struct.unpack("<II", read_exactly(self.process.stdout, 8))
            facts = json.loads(read_exactly(self.process.stdout, size))
            pixels = np.frombuffer(read_exactly(self.process.stdout, count * HEIGHT * WIDTH * 3), np.uint8)
            self.queue.put((facts, pixels.reshape(count, HEIGHT, WIDTH, 3)))

    def take(self):
        return self.queue.get()


def augment(frames, rng):
    """What cameras and encoders do to a picture and the renderer does not: gain, offset and a colour cast, by table."""
    if rng.random() < 0.4:
        return frames
    gain, offset = 1 + rng.normal(0, 0.04) + rng.normal(0, 0.015, 3), rng.normal(0, 3)
    tables = np.clip(np.arange(256)[None] * gain[:, None] + offset, 0, 255).astype(np.uint8)
    return np.stack([tables[c][frames[..., c]] for c in range(3)], -1)


def patchify(frames):
    """[2p, 128, 192, 3] uint8 → [p · 96, 1536] float32, the row order of Qwen3-VL: (t, h/2, w/2, 2, 2), in a row (C, T, 16, 16)."""
    n = frames.shape[0]
    x = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2)
    x = x.reshape(n // 2, 2, 3, GRID_H // 2, 2, PATCH, GRID_W // 2, 2, PATCH).permute(0, 3, 6, 4, 7, 2, 1, 5, 8)
    return x.reshape(n // 2 * GRID_H * GRID_W, 3 * 2 * PATCH * PATCH).to(torch.bfloat16).mul_(1 / 127.5).sub_(1)


def person_labels(dense):
    """Dense labels of one pair: [5 people, 9 heads] int64, −100 where a head does not apply."""
    out = np.full((5, 9), -100, np.int64)
    out[:, 0] = 0
    for p in dense["people"]:
        i = WEAR.index(p["wear"])
        out[i, 0] = p["seen"]
        if p["seen"] > 0:
            out[i, 1:] = [min(11, max(0, int(p["x"] // 16))), p["posture"], p["phone"], p["bag"], p["reach"], p["bend"], p["moving"], int(p["seen"] == 2)]
    return out


PERSON_CLASSES = [3, 12, 3, 2, 2, 2, 2, 4, 2]


def room_labels(dense):
    return np.array([dense["light"], dense["phone"], dense["bag"]], np.int64)
