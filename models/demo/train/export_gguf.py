"""A checkpoint folder of Qwen3-VL as two GGUF files for llama.cpp: the text model, and the vision tower with DeepStack (`mmproj`).

    python export_gguf.py .. demo.gguf demo-mmproj.gguf

Needs numpy and gguf (Debian: python3-gguf). All tensors become float32, so that nothing is lost against the bf16 checkpoint.
Keys and tensor names: gguf.constants, and llama.cpp's conversion/qwen3vl.py and tools/mtmd/models/qwen3vl.cpp.
"""
import json
import sys
from pathlib import Path

import gguf
import numpy as np

TEXT_LAYER = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
VISION_BLOCK = {
    "norm1": "ln1",
    "norm2": "ln2",
    "attn.qkv": "attn_qkv",
    "attn.proj": "attn_out",
    "mlp.linear_fc1": "ffn_up",
    "mlp.linear_fc2": "ffn_down",
}
TAP = {"norm": "norm", "linear_fc1": "fc1", "linear_fc2": "fc2"}
MERGER = {"norm": "v.post_ln", "linear_fc1": "mm.0", "linear_fc2": "mm.2"}


def read_tensors(folder: Path) -> dict[str, np.ndarray]:
    """name → float32 array, from every .safetensors file of the folder"""
    tensors = {}
    for path in sorted(folder.glob("*.safetensors")):
        data = path.read_bytes()
        start = 8 + int.from_bytes(data[:8], "little")
        for name, entry in json.loads(data[8:start]).items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            tensors[name] = widen(data[start + begin : start + end], entry["dtype"]).reshape(entry["shape"])
    return tensors


def widen(raw: bytes, dtype: str) -> np.ndarray:
    if dtype == "BF16":
        return (np.frombuffer(raw, np.uint16).astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(raw, {"F16": np.float16, "F32": np.float32}[dtype]).astype(np.float32)


def write_text(folder: Path, config: dict, tensors: dict[str, np.ndarray], out: str) -> None:
    text = config["text_config"]
    rope = text.get("rope_parameters") or {**text["rope_scaling"], "rope_theta": text["rope_theta"]}
    writer = gguf.GGUFWriter(out, "qwen3vl")
    writer.add_name("lookout-demo")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(text["max_position_embeddings"])
    writer.add_embedding_length(text["hidden_size"])
    writer.add_block_count(text["num_hidden_layers"])
    writer.add_feed_forward_length(text["intermediate_size"])
    writer.add_head_count(text["num_attention_heads"])
    writer.add_head_count_kv(text["num_key_value_heads"])
    writer.add_key_length(text["head_dim"])
    writer.add_value_length(text["head_dim"])
    writer.add_layer_norm_rms_eps(text["rms_norm_eps"])
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_rope_dimension_sections([*rope["mrope_section"], 0])
    writer.add_num_deepstack_layers(len(config["vision_config"]["deepstack_visual_indexes"]))
    write_vocabulary(folder, config, writer)
    for name, tensor in tensors.items():
        if new := text_name(name):
            writer.add_tensor(new, tensor)
    save(writer)


def text_name(name: str) -> str | None:
    """None: not of the text model. Without an `output` tensor llama.cpp ties it to the embeddings."""
    if name == "lm_head.weight":
        return "output.weight"
    if not name.startswith("model.language_model."):
        return None
    stem = name.removeprefix("model.language_model.").removesuffix(".weight")
    if stem in ("embed_tokens", "norm"):
        return {"embed_tokens": "token_embd", "norm": "output_norm"}[stem] + ".weight"
    _, layer, part = stem.split(".", 2)
    return f"blk.{layer}.{TEXT_LAYER[part]}.weight"


def write_vocabulary(folder: Path, config: dict, writer: gguf.GGUFWriter) -> None:
    """Byte-level BPE, split as Qwen2 splits; special tokens become control tokens."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    words = {i: word for word, i in tokenizer["model"]["vocab"].items()}
    special = {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
    ids = range(config["text_config"]["vocab_size"])
    kinds = [gguf.TokenType.CONTROL if i in special else gguf.TokenType.NORMAL if i in words else gguf.TokenType.UNUSED for i in ids]
    merges = tokenizer["model"]["merges"]
    by_name = {word: i for i, word in special.items()}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([special.get(i) or words.get(i) or f"[PAD{i}]" for i in ids])
    writer.add_token_types(kinds)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_eos_token_id(by_name["<|im_end|>"])
    writer.add_pad_token_id(by_name["<|endoftext|>"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(json.loads((folder / "chat_template.json").read_text())["chat_template"])


def write_vision(folder: Path, config: dict, tensors: dict[str, np.ndarray], out: str) -> None:
    vision = config["vision_config"]
    pixels = json.loads((folder / "preprocessor_config.json").read_text())
    taps = vision["deepstack_visual_indexes"]
    writer = gguf.GGUFWriter(out, "clip")
    writer.add_type(gguf.GGUFType.MMPROJ)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type(gguf.VisionProjectorType.QWEN3VL)
    writer.add_vision_projection_dim(vision["out_hidden_size"])
    writer.add_vision_image_size(round(vision["num_position_embeddings"] ** 0.5) * vision["patch_size"])
    writer.add_vision_patch_size(vision["patch_size"])
    writer.add_vision_embedding_length(vision["hidden_size"])
    writer.add_vision_feed_forward_length(vision["intermediate_size"])
    writer.add_vision_block_count(vision["depth"])
    writer.add_vision_head_count(vision["num_heads"])
    writer.add_vision_spatial_merge_size(vision["spatial_merge_size"])
    writer.add_vision_attention_layernorm_eps(1e-6)
    writer.add_vision_image_mean(pixels["image_mean"])
    writer.add_vision_image_std(pixels["image_std"])
    writer.add_vision_use_gelu(True)
    writer.add_vision_is_deepstack_layers([i in taps for i in range(vision["depth"])])
    for name, tensor in tensors.items():
        if name.startswith("model.visual."):
            for new, part in vision_tensors(name.removeprefix("model.visual."), tensor, taps):
                writer.add_tensor(new, np.ascontiguousarray(part))
    save(writer)


def vision_tensors(name: str, tensor: np.ndarray, taps: list[int]) -> list[tuple[str, np.ndarray]]:
    stem, kind = name.rsplit(".", 1)
    if name == "patch_embed.proj.weight":
        # the convolution over two frames is one over each frame; their results are added
        return [("v.patch_embd.weight", tensor[:, :, 0]), ("v.patch_embd.weight.1", tensor[:, :, 1])]
    if stem == "patch_embed.proj":
        return [(f"v.patch_embd.{kind}", tensor)]
    if stem == "pos_embed":
        return [("v.position_embd.weight", tensor)]
    if stem.startswith("merger."):
        return [(f"{MERGER[stem.removeprefix('merger.')]}.{kind}", tensor)]
    room, index, part = stem.split(".", 2)
    if room == "deepstack_merger_list":
        return [(f"v.deepstack.{taps[int(index)]}.{TAP[part]}.{kind}", tensor)]
    return [(f"v.blk.{index}.{VISION_BLOCK[part]}.{kind}", tensor)]


def save(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text())
    tensors = read_tensors(folder)
    write_text(folder, config, tensors, sys.argv[2])
    write_vision(folder, config, tensors, sys.argv[3])
