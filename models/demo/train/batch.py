"""Windows and questions → padded batches of token ids, positions and labels."""
import random

import numpy as np
import torch

from data import GRID_H, GRID_W, KINDS, WEAR, patchify, person_labels, room_labels

TOKENS = GRID_H * GRID_W // 4
EVENTS = [(k, w) for k in KINDS for w in ([None] if k.startswith("light") else WEAR)]
EVENT_INDEX = {e: i for i, e in enumerate(EVENTS)}


class Words:
    def __init__(self, tokenizer, loose=None):
        """`loose`: the same tokenizer with BPE dropout, for questions on rules: wordings are met in pieces of all sizes"""
        self.t = tokenizer
        self.loose = loose
        self.cache = {}
        one = tokenizer.token_to_id
        self.pad, self.video = one("<|endoftext|>"), one("<|video_pad|>")
        self.begin, self.end = one("<|vision_start|>"), one("<|vision_end|>")
        self.head = self("<|im_start|>user\n")
        self.tail = self("<|im_end|>\n<|im_start|>assistant\n")
        self.stop = one("<|im_end|>")

    def __call__(self, text):
        if len(self.cache) > 200_000:
            self.cache.clear()
        if text not in self.cache:
            self.cache[text] = self.t.encode(text).ids
        return self.cache[text]


def text_item(words, prompt, answer):
    said = words.loose.encode(prompt).ids if words.loose and random.random() < 0.5 else words(prompt)
    ids = words.head + said + words.tail
    target = words(answer) + [words.stop]
    return ids + target, len(ids)


def video_item(words, facts):
    """ids, answer's index, positions [3, S], index of each pair's last token"""
    times = facts["times"]
    ids, columns, marks = list(words.head), [], []
    position = [np.arange(len(ids))[None].repeat(3, 0)]
    cursor = len(ids)
    grid = np.arange(TOKENS)
    rows, cols = grid // (GRID_W // 2), grid % (GRID_W // 2)
    for i in range(0, len(times), 2):
        stamp = words(f"<{(times[i] + times[i + 1]) / 2:.1f} seconds>") + [words.begin]
        ids += stamp
        position.append((cursor + np.arange(len(stamp)))[None].repeat(3, 0))
        cursor += len(stamp)
        columns.append(len(ids))
        ids += [words.video] * TOKENS + [words.end]
        position.append(np.stack([np.full(TOKENS, cursor), cursor + rows, cursor + cols]))
        cursor += max(GRID_H, GRID_W) // 2
        position.append(np.full((3, 1), cursor))
        cursor += 1
        marks.append(len(ids) - 1)
    rest = words(facts["prompt"]) + words.tail
    answer = len(ids) + len(rest)
    ids += rest + words(facts["answer"]) + [words.stop]
    position.append((cursor + np.arange(len(ids) - marks[-1] - 1))[None].repeat(3, 0))
    return ids, answer, np.concatenate(position, 1), columns, marks


def happened(facts):
    """[pairs, events]: 1 where the event became visible between the pair before and this one."""
    ends = facts["times"][1::2]
    out = np.zeros((len(ends), len(EVENTS)), np.float32)
    for e in facts["events"]:
        k = next((i for i, t in enumerate(ends) if t >= e["decisive"]), None)
        if k is not None:
            out[k, EVENT_INDEX[(e["kind"], e["wear"])]] = 1
    return out


def digits(stamp):
    """tens, units and tenths of a stamp as it is printed"""
    n = round(float(f"{stamp:.1f}") * 10)
    return [n // 100 % 10, n // 10 % 10, n % 10]


def clocks(facts):
    """[pairs, 6]: the digits of each pair's stamp, and of the stamp at which the event that became visible there began (−100: none)."""
    times = facts["times"]
    stamps = [(times[i] + times[i + 1]) / 2 for i in range(0, len(times), 2)]
    out = np.full((len(stamps), 6), -100, np.int64)
    for k, stamp in enumerate(stamps):
        out[k, :3] = digits(stamp)
    for e in facts["events"]:
        k = next((i for i, t in enumerate(times[1::2]) if t >= e["decisive"]), None)
        if k is not None:
            out[k, 3:] = digits(min(stamps, key=lambda s: abs(s - e["start"])))
    return out


def video_batch(words, items):
    """items: (facts, frames, encoded). A dictionary of tensors."""
    size = (max(len(e[0]) for _, _, e in items) + 63) // 64 * 64
    b = len(items)
    ids = torch.full((b, size), words.pad)
    labels = torch.full((b, size), -100)
    positions = torch.zeros(3, b, size, dtype=torch.long)
    rows, cols, mark_rows, mark_cols, happenings, people, rooms, told = [], [], [], [], [], [], [], []
    for i, (facts, _, (tokens, answer, position, columns, marks)) in enumerate(items):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        labels[i, answer - 1 : len(tokens) - 1] = torch.tensor(tokens[answer:])
        positions[:, i, : len(tokens)] = torch.from_numpy(position)
        for c in columns:
            rows += [i] * TOKENS
            cols += range(c, c + TOKENS)
        mark_rows += [i] * len(marks)
        mark_cols += marks
        happenings.append(happened(facts))
        told.append(clocks(facts))
        people += [person_labels(d) for d in facts["dense"]]
        rooms += [room_labels(d) for d in facts["dense"]]
    return dict(
        ids=ids, labels=labels, positions=positions, where=(torch.tensor(rows), torch.tensor(cols)), marks=(torch.tensor(mark_rows), torch.tensor(mark_cols)),
        happened=torch.from_numpy(np.concatenate(happenings)), people=torch.from_numpy(np.stack(people)), rooms=torch.from_numpy(np.stack(rooms)),
        clocks=torch.from_numpy(np.concatenate(told)), patches=patchify(np.concatenate([f for _, f, _ in items])),
    )


def text_batch(words, pairs):
    items = [text_item(words, p["prompt"], p["answer"]) for p in pairs]
    size = max(len(t) for t, _ in items)
    ids = torch.full((len(items), size), words.pad)
    labels = torch.full((len(items), size), -100)
    for i, (tokens, answer) in enumerate(items):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        labels[i, answer - 1 : len(tokens) - 1] = torch.tensor(tokens[answer:])
    positions = torch.arange(size)[None, None].expand(3, len(items), size)
    return ids, labels, positions
