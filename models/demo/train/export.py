"""
Trained weights → the checkpoint folder in Hugging Face's layout, bf16. Usage: export.py <run folder> <weights: mean.pt | mind.pt> <out folder>
"""
import json
import sys

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from checkpoint import build
from vocabulary import SPECIAL

CHAT = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'video' %}{{ '<|vision_start|><|video_pad|><|vision_end|>' }}"
    "{% elif part['type'] == 'image' %}{{ '<|vision_start|><|image_pad|><|vision_end|>' }}"
    "{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}{{ '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
PIXELS = dict(
    patch_size=16, temporal_patch_size=2, merge_size=2, do_rescale=True, rescale_factor=1 / 255, do_normalize=True, do_resize=True, do_convert_rgb=True,
    image_mean=[0.5, 0.5, 0.5], image_std=[0.5, 0.5, 0.5], resample=3,
)


def write(folder, name, value):
    with open(f"{folder}/{name}", "w", encoding="utf-8") as f:
        json.dump(value, f, indent=2, ensure_ascii=False)
        f.write("\n")


def main():
    run, weights, out = sys.argv[1:4]
    tokenizer = Tokenizer.from_file(f"{run}/tokenizer.json")
    ids = {s: tokenizer.token_to_id(s) for s in SPECIAL}
    model = build(tokenizer.get_vocab_size(), ids)
    state = torch.load(f"{run}/{weights}")
    model.load_state_dict(state.get("model", state), strict=True)
    kept = {k: v.to(torch.bfloat16).contiguous() for k, v in model.state_dict().items() if k != "lm_head.weight"}
    save_file(kept, f"{out}/model.safetensors", {"format": "pt"})
    model.config.dtype = torch.bfloat16
    model.config.architectures = ["Qwen3VLForConditionalGeneration"]
    config = model.config.to_dict()
    config.pop("_name_or_path", None)
    for part in (config, config["text_config"]):
        part["eos_token_id"], part["pad_token_id"], part["bos_token_id"] = ids["<|im_end|>"], ids["<|endoftext|>"], None
    write(out, "config.json", config)
    tokenizer.save(f"{out}/tokenizer.json")
    write(out, "tokenizer_config.json", dict(
        tokenizer_class="Qwen2Tokenizer", eos_token="<|im_end|>", pad_token="<|endoftext|>", bos_token=None, unk_token=None, model_max_length=8192,
        add_prefix_space=False, clean_up_tokenization_spaces=False, errors="replace", chat_template=CHAT,
        added_tokens_decoder={str(i): dict(content=s, lstrip=False, normalized=False, rstrip=False, single_word=False, special=True) for s, i in ids.items()},
    ))
    write(out, "generation_config.json", dict(do_sample=False, eos_token_id=[ids["<|im_end|>"], ids["<|endoftext|>"]], pad_token_id=ids["<|endoftext|>"]))
    write(out, "chat_template.json", dict(chat_template=CHAT))
    write(out, "preprocessor_config.json", dict(PIXELS, image_processor_type="Qwen2VLImageProcessorFast", size=dict(shortest_edge=1024, longest_edge=192 * 128)))
    write(out, "video_preprocessor_config.json", dict(PIXELS, video_processor_type="Qwen3VLVideoProcessor", size=dict(shortest_edge=2048, longest_edge=192 * 128 * 16), fps=4, min_frames=2, max_frames=16))


main()
