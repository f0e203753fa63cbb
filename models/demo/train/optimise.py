"""Muon for the matrices inside the network, AdamW for the rest; one cosine schedule; an exponential average is kept by the caller."""
import math

import torch
import torch.distributed as dist


def average_gradients(parameters):
    """One all-reduce over all gradients, where several processes train together."""
    if not dist.is_initialized():
        return
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    flat = torch.cat([p.grad.reshape(-1) for p in parameters])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    offset = 0
    for p in parameters:
        p.grad.copy_(flat[offset : offset + p.numel()].view_as(p))
        offset += p.numel()


class Optimiser:
    def __init__(self, modules, peak, decay=0.02):
        seen, matrices, others = set(), [], []
        for module in modules:
            for name, p in module.named_parameters():
                if id(p) in seen or not p.requires_grad:
                    continue
                seen.add(id(p))
                inner = p.ndim == 2 and min(p.shape) >= 32 and "embed" not in name and "query" not in name
                (matrices if inner else others).append(p)
        self.parameters = matrices + others
        self.parts = [
            (torch.optim.Muon(matrices, lr=peak, weight_decay=decay, momentum=0.95, adjust_lr_fn="match_rms_adamw"), peak),
            (torch.optim.AdamW(others, lr=peak, betas=(0.9, 0.98), weight_decay=0.0), peak),
        ]
        self.count = 0

    def step(self, loss, part):
        self.count += 1
        scale = min(1.0, self.count / 60) * (0.5 * (1 + math.cos(math.pi * min(1.0, part))) * 0.97 + 0.03)
        for optimiser, peak in self.parts:
            for group in optimiser.param_groups:
                group["lr"] = peak * scale
            optimiser.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for optimiser, _ in self.parts:
            optimiser.step()
