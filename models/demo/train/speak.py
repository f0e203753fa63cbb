"""
Second lesson: times and words, over a tower that can see. Besides the answer, the hidden state at the end of each pair of
frames is asked what has just happened and what the room looks like (heads thrown away afterwards): it is what the answer reads.
Usage: speak.py <run folder> <minutes> [--peak 2e-3] [--train-eye] [--resume]
With torchrun (one thread each) two processes share the work, which keeps two cores busier than two threads do.
The run folder holds tokenizer.json, matches.jsonl, eye.pt; mind.pt (all weights) and mean.pt (their running mean) are written there.
"""
import argparse
import json
import os
import random
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from tokenizers import Tokenizer

from batch import EVENTS, Words, text_batch, video_batch, video_item
from checkpoint import Eye, build
from data import GRID_H, GRID_W, PERSON_CLASSES, Samples, augment
from mind import Mind
from optimise import Optimiser

BATCH, TEXTS = 16, 24


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("run")
    p.add_argument("minutes", type=float)
    p.add_argument("--peak", type=float, default=2.5e-3)
    p.add_argument("--train-eye", action="store_true")
    p.add_argument("--resume", action="store_true")
    return p.parse_args()


def load(args, words):
    special = {s: words.t.token_to_id(s) for s in ["<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>"]}
    model = build(words.t.get_vocab_size(), special)
    torch.nn.init.normal_(model.model.language_model.embed_tokens.weight, std=0.06)
    aux = torch.nn.Linear(192, len(EVENTS) + sum(PERSON_CLASSES) * 5 + 6 + 60)
    if args.resume:
        state = torch.load(f"{args.run}/mind.pt")
        model.load_state_dict(state["model"])
        known = state["aux"]["weight"].shape[0]
        with torch.no_grad():
            aux.weight[:known] = state["aux"]["weight"]
            aux.bias[:known] = state["aux"]["bias"]
    else:
        model.model.visual.load_state_dict(torch.load(f"{args.run}/eye.pt"))
    return model, aux


def answer_loss(model, hidden, labels):
    kept = labels >= 0
    logits = F.linear(hidden[kept], model.model.language_model.embed_tokens.weight).float()
    target = labels[kept]
    right = torch.ones_like(labels, dtype=torch.bool)
    right[kept] = logits.argmax(-1) == target
    return F.cross_entropy(logits, target), right.all(1).float().mean()


def dense_loss(aux, hidden, batch):
    out = aux(hidden[batch["marks"]].float())
    happened, people, rooms, clocks = out.split([len(EVENTS), sum(PERSON_CLASSES) * 5, 6, 60], -1)
    loss = F.binary_cross_entropy_with_logits(happened, batch["happened"], reduction="sum") / max(1.0, batch["happened"].sum().item())
    for k, logits in enumerate(people.reshape(-1, 5, sum(PERSON_CLASSES)).split(PERSON_CLASSES, -1)):
        loss = loss + 0.05 * F.cross_entropy(logits.reshape(-1, logits.shape[-1]), batch["people"][:, :, k].reshape(-1), ignore_index=-100)
    for k, logits in enumerate(rooms.split(2, -1)):
        loss = loss + 0.05 * F.cross_entropy(logits, batch["rooms"][:, k])
    for k, logits in enumerate(clocks.split(10, -1)):
        target = batch["clocks"][:, k]
        loss = loss + 0.3 * F.cross_entropy(logits, target, ignore_index=-100, reduction="sum") / (target >= 0).sum().clamp(min=1)
    told = (clocks[:, 40:50].argmax(-1) == batch["clocks"][:, 4])[batch["clocks"][:, 4] >= 0].float().mean()
    hit = ((happened > 0) & (batch["happened"] > 0)).sum() / batch["happened"].sum().clamp(min=1)
    exact = ((happened > 0) & (batch["happened"] > 0)).sum() / (happened > 0).sum().clamp(min=1)
    return loss, hit, exact, torch.nan_to_num(told, nan=0.0)


def batches(samples, words, rng):
    while True:
        pool = []
        while len(pool) < BATCH * 4:
            facts, frames = samples.take()
            pool.append((facts, augment(frames, rng), video_item(words, facts)))
        pool.sort(key=lambda item: len(item[2][0]))
        groups = [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
        rng.shuffle(groups)
        for group in groups:
            yield video_batch(words, list(group))


def shared_part(began, minutes):
    """How much of the time is over; the same for all processes, so that they take the same steps."""
    part = torch.tensor([(time.time() - began) / (minutes * 60)])
    if dist.is_initialized():
        dist.broadcast(part, 0)
    return part.item()


def main():
    args = arguments()
    rank = int(os.environ.get("RANK", 0))
    torch.manual_seed(1)
    torch.set_num_threads(1)
    if "RANK" in os.environ:
        dist.init_process_group("gloo")
    loose = Tokenizer.from_file(f"{args.run}/tokenizer.json")
    loose.model.dropout = 0.15
    words = Words(Tokenizer.from_file(f"{args.run}/tokenizer.json"), loose)
    model, aux = load(args, words)
    eye, mind = Eye(model.model.visual, GRID_H, GRID_W), Mind(model.model.language_model, [12, 10, 10])
    optimiser = Optimiser([mind, aux] + ([eye] if args.train_eye else []), peak=args.peak)
    mean = {k: v.detach().clone() for k, v in model.state_dict().items() if v.is_floating_point()}
    matches = [json.loads(line) for line in open(f"{args.run}/matches.jsonl", encoding="utf-8")]
    rng = np.random.default_rng()
    random.seed(time.time() + rank)
    stream = batches(Samples("../../..", int(time.time()) % 1000000 + 7 * rank, 3, 8), words, rng)
    clock = torch.tensor([time.time()], dtype=torch.float64)
    if dist.is_initialized():
        dist.broadcast(clock, 0)
    began, step, average = clock.item(), 0, None

    def save():
        torch.save({"model": model.state_dict(), "aux": aux.state_dict()}, f"{args.run}/mind.pt")
        torch.save(mean, f"{args.run}/mean.pt")

    while (part := shared_part(began, args.minutes)) < 1:
        batch = next(stream)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            with torch.set_grad_enabled(args.train_eye):
                features, deep = eye(batch["patches"])
            hidden = mind(batch["ids"], batch["positions"], (batch["where"], features.flatten(0, 1)), [d.flatten(0, 1) for d in deep])
            ids, labels, positions = text_batch(words, random.sample(matches, TEXTS))
            answered = mind(ids, positions)
            events, exact = answer_loss(model, hidden, batch["labels"])
            match, matched = answer_loss(model, answered, labels)
        dense, hit, precise, told = dense_loss(aux, hidden, batch)
        optimiser.step(4 * events + 0.5 * match + 0.25 * dense, part)
        step += 1
        if rank == 0 and step % 10 == 0:
            keep = min(0.98, step / (step + 50))
            for k, v in model.state_dict().items():
                mean[k].lerp_(v, 1 - keep) if k in mean else None
        now = torch.tensor([events.item(), match.item(), dense.item(), exact.item(), matched.item(), hit.item(), precise.item(), told.item()])
        average = now if average is None else 0.97 * average + 0.03 * now
        if rank == 0 and step % 25 == 0:
            names = ["loss", "match", "dense", "exact", "matched", "hit", "precise", "told"]
            print(step, " ".join(f"{n} {v:.3f}" for n, v in zip(names, average.tolist())), f"{(time.time() - began) / 60:.1f}m", flush=True)
        if rank == 0 and step % 100 == 0:
            save()
    if rank == 0:
        save()


main()
