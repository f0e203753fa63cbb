"""Measures the Hugging Face implementation of Qwen3-VL on PyTorch's CPU back end, for `npm run bench:model`.

  python test/bench/torch.py INPUT_DIR

INPUT_DIR holds input.json (checkpoint, dtype, threads, steps, width, height, times, prompt, ids of each window) and frames.bin
(windows x frames x height x width x 3 bytes). The first window warms up and does not count. What is timed is the model alone,
from pixel values and token ids on: the vision tower and the prompt in one forward pass that computes the last token's logits
only, then greedy steps with the model's own cache, without the loop of `generate` around them. Prints one line of JSON.
Needs torch, transformers (5.x) and safetensors.
"""
import json
import pathlib
import resource
import sys
import time

# this file must not hide the package of its name
sys.path = [p for p in sys.path if pathlib.Path(p or '.').resolve() != pathlib.Path(__file__).resolve().parent]
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / 'reference'))

import numpy as np
import torch
import transformers
from transformers import AutoTokenizer, Qwen3VLForConditionalGeneration

import record


def load(folder):
    given = json.loads((folder / 'input.json').read_text())
    frames = np.fromfile(folder / 'frames.bin', np.uint8)
    return given, frames.reshape(-1, len(given['times']), given['height'], given['width'], 3)


def take(model, ids, pixels, grid, steps):
    """Greedy tokens, seconds of the prompt and seconds of each step."""
    began = time.perf_counter()
    kinds = (ids == model.config.video_token_id).int() * 2
    out = model(input_ids=ids, mm_token_type_ids=kinds, pixel_values_videos=pixels, video_grid_thw=grid.clone(), use_cache=True, logits_to_keep=1)
    token = out.logits[:, -1:].argmax(-1)
    filled = time.perf_counter()
    tokens = [token.item()]
    for _ in range(steps - 1):
        out = model(input_ids=token, past_key_values=out.past_key_values, use_cache=True)
        token = out.logits[:, -1:].argmax(-1)
        tokens.append(token.item())
    return tokens, filled - began, (time.perf_counter() - filled) / max(1, steps - 1)


@torch.inference_mode()
def main():
    given, windows = load(pathlib.Path(sys.argv[1]))
    torch.set_num_threads(given['threads'])
    dtype = getattr(torch, given['dtype'])
    model = Qwen3VLForConditionalGeneration.from_pretrained(given['checkpoint'], dtype=dtype).eval()
    tokenizer = AutoTokenizer.from_pretrained(given['checkpoint'])
    vision = model.config.vision_config
    same, runs = True, []
    for frames in windows:
        pixels, grid = record.patchify(frames, vision)
        ids = tokenizer(record.chat(given['prompt'], given['times'], grid, vision, False))['input_ids']
        same = same and ids == given['ids']
        runs.append(take(model, torch.tensor([ids]), pixels.to(dtype), grid, given['steps']))
    runs = runs[1:]
    print(json.dumps({
        'same_ids': same, 'answers': [tokens for tokens, _, _ in runs],
        'prefill': [filled * 1000 for _, filled, _ in runs], 'step': [step * 1000 for _, _, step in runs],
        'attention': model.config._attn_implementation, 'peak_mb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        'torch': torch.__version__, 'transformers': transformers.__version__,
    }))


if __name__ == '__main__':
    main()
