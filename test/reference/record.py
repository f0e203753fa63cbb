"""Records what the Hugging Face implementation of Qwen3-VL computes, for `lookout model check` and the tests.

  python test/reference/record.py fixtures DIR            random-weight checkpoints of several shapes, each with a reference
  python test/reference/record.py chats DIR               only the conversations of these
  python test/reference/record.py reference MODEL OUT     a reference for a checkpoint that is there already

Needs torch, transformers (5.x) and safetensors; Python is never needed to run Lookout. See README.md beside this file.
"""
import argparse
import json
import pathlib

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2VLImageProcessorPil, Qwen3VLConfig, Qwen3VLForConditionalGeneration

SPECIAL = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|vision_start|>', '<|vision_end|>', '<|image_pad|>', '<|video_pad|>']
CORPUS = ['user assistant seconds', 'List the events in this video.', '{"event": "a person enters", "start": 0.0, "end": 1.5}', 'yes no Yes No']


def make_tokenizer(vocab):
    """Byte-level BPE like Qwen's, on a few sentences."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=vocab, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token='<|im_end|>', pad_token='<|endoftext|>')


def make_model(tokenizer, seed, text, vision, tied):
    """A checkpoint with random weights, large enough that every part of the model shows in the logits."""
    torch.manual_seed(seed)
    token = tokenizer.convert_tokens_to_ids
    config = Qwen3VLConfig(
        text_config=dict(vocab_size=len(tokenizer), max_position_embeddings=4096, tie_word_embeddings=tied, **text),
        vision_config=dict(out_hidden_size=text['hidden_size'], **vision),
        image_token_id=token('<|image_pad|>'), video_token_id=token('<|video_pad|>'),
        vision_start_token_id=token('<|vision_start|>'), vision_end_token_id=token('<|vision_end|>'), tie_word_embeddings=tied,
    )
    model = Qwen3VLForConditionalGeneration(config)
    with torch.no_grad():
        for name, p in model.named_parameters():
            scale = 0.3 if p.dim() == 1 else 1.2 / p[0].numel() ** 0.5
            p.copy_(torch.randn_like(p) * scale + (1.0 if 'norm' in name and name.endswith('weight') else 0.0))
    return model


def patchify(frames, vision):
    """Frames [N,H,W,3] u8 -> pixel_values [P, C*T*p*p] and the grid; as in transformers' Qwen3VLVideoProcessor."""
    p, m, t = vision.patch_size, vision.spatial_merge_size, vision.temporal_patch_size
    pad = -len(frames) % t
    x = np.concatenate([frames, np.repeat(frames[-1:], pad, 0)]).astype(np.float32) / 127.5 - 1
    n, h, w = len(x) // t, x.shape[1] // p, x.shape[2] // p
    x = x.transpose(0, 3, 1, 2).reshape(n, t, 3, h // m, m, p, w // m, m, p).transpose(0, 3, 6, 4, 7, 2, 1, 5, 8)
    return torch.from_numpy(np.ascontiguousarray(x.reshape(n * h * w, -1))), torch.tensor([[n, h, w]])


def stamped(times, grid, vision):
    """A video's temporal patches. A stamp is the mean of a patch's first and last time."""
    t = vision.temporal_patch_size
    times = list(times) + [times[-1]] * (-len(times) % t)
    pads = '<|video_pad|>' * int(grid[0, 1] * grid[0, 2] // vision.spatial_merge_size**2)
    stamps = [(times[i] + times[i + t - 1]) / 2 for i in range(0, len(times), t)]
    return ''.join(f'<{s:.1f} seconds><|vision_start|>{pads}<|vision_end|>' for s in stamps)


def chat(prompt, times, grid, vision, wrapped):
    """One user turn, the video and then the prompt.

    `wrapped` is what the processor of transformers 5.10+ writes: one more vision_start and vision_end around the video."""
    video = stamped(times, grid, vision)
    video = f'<|vision_start|>{video}<|vision_end|>' if wrapped else video
    return f'<|im_start|>user\n{video}{prompt}<|im_end|>\n<|im_start|>assistant\n'


@torch.no_grad()
def record(model_dir, frames, times, prompt, steps, out, wrapped=False):
    model = Qwen3VLForConditionalGeneration.from_pretrained(model_dir, dtype=torch.float32, attn_implementation='eager').eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(model_dir)
    pixels, grid = patchify(frames, model.config.vision_config)
    ids = torch.tensor([tokenizer(chat(prompt, times, grid, model.config.vision_config, wrapped))['input_ids']])
    kinds = (ids == model.config.video_token_id).int() * 2
    positions, _ = model.model.get_rope_index(ids, mm_token_type_ids=kinds, video_grid_thw=grid.clone())
    seen = model.model.get_video_features(pixels, grid.clone())
    model.generation_config.eos_token_id = None
    answer = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), mm_token_type_ids=kinds, pixel_values_videos=pixels, video_grid_thw=grid,
        do_sample=False, max_new_tokens=steps, output_logits=True, return_dict_in_generate=True,
    )
    features = torch.cat(list(seen.pooler_output))
    deepstack = [torch.cat(list(d)) for d in seen.deepstack_features]
    save_file({
        'frames': torch.from_numpy(frames), 'times': torch.tensor(times, dtype=torch.float64),
        'prompt': torch.tensor(list(prompt.encode()), dtype=torch.uint8),
        'input_ids': ids[0], 'position_ids': positions[:, 0].contiguous(),
        'image_features': features, 'deepstack_features': torch.stack(deepstack) if deepstack else features.new_zeros(0, *features.shape),
        'logits': torch.cat(answer.logits), 'tokens': answer.sequences[0, ids.shape[1]:].contiguous(),
    }, out)


# what the published checkpoints' chat template makes of turns without tools
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% for c in m.content %}"
    "{% if c.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif c.type == 'video' %}<|vision_start|><|video_pad|><|vision_end|>{% else %}{{ c.text }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}{{ '<|im_start|>assistant\n' }}"
)


@torch.no_grad()
def record_chat(model_dir, turns, images, videos, steps, out, wrapped):
    """A conversation with pictures, which the image processor of transformers resizes, and videos: frames and their times."""
    model = Qwen3VLForConditionalGeneration.from_pretrained(model_dir, dtype=torch.float32, attn_implementation='eager').eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(model_dir)
    vision, image_id, video_id = model.config.vision_config, model.config.image_token_id, model.config.video_token_id
    sides = dict(patch_size=vision.patch_size, temporal_patch_size=vision.temporal_patch_size, merge_size=vision.spatial_merge_size, image_mean=[0.5] * 3, image_std=[0.5] * 3)
    stills = Qwen2VLImageProcessorPil(**{**sides, **json.loads((model_dir / 'preprocessor_config.json').read_text())})(images, return_tensors='pt')
    moving = [patchify(frames, vision) for frames, _ in videos]
    text = tokenizer.apply_chat_template(turns, chat_template=TEMPLATE, tokenize=False)
    for grid in stills['image_grid_thw']:
        text = text.replace('<|image_pad|>', '<|seen|>' * int(grid.prod() // vision.spatial_merge_size**2), 1)
    for (_, times), (_, grid) in zip(videos, moving):
        shown = stamped(times, grid, vision)
        text = text.replace('<|vision_start|><|video_pad|><|vision_end|>', (f'<|vision_start|>{shown}<|vision_end|>' if wrapped else shown).replace('<|video_pad|>', '<|moved|>'), 1)
    ids = torch.tensor([tokenizer(text.replace('<|seen|>', '<|image_pad|>').replace('<|moved|>', '<|video_pad|>'))['input_ids']])
    asked = dict(input_ids=ids, attention_mask=torch.ones_like(ids), mm_token_type_ids=(ids == image_id).int() + (ids == video_id).int() * 2, **stills,
                 pixel_values_videos=torch.cat([pixels for pixels, _ in moving]), video_grid_thw=torch.cat([grid for _, grid in moving]))
    positions, _ = model.model.get_rope_index(asked['input_ids'], mm_token_type_ids=asked['mm_token_type_ids'], image_grid_thw=asked['image_grid_thw'], video_grid_thw=asked['video_grid_thw'].clone())
    pictures = model.model.get_image_features(asked['pixel_values'], asked['image_grid_thw'])
    films = model.model.get_video_features(asked['pixel_values_videos'], asked['video_grid_thw'].clone())
    merge = vision.spatial_merge_size ** 2
    seen = {'image': parts(pictures, asked['image_grid_thw'].prod(-1) // merge), 'video': parts(films, asked['video_grid_thw'].prod(-1) // merge)}
    order = [seen[c['type']].pop(0) for t in turns for c in t['content'] if c['type'] in seen]
    model.generation_config.eos_token_id = None
    answer = model.generate(**asked, do_sample=False, max_new_tokens=steps, output_logits=True, return_dict_in_generate=True)
    save_file({
        'turns': torch.tensor(list(json.dumps(turns).encode()), dtype=torch.uint8),
        **{f'image_{i}': torch.from_numpy(image) for i, image in enumerate(images)},
        **{f'video_{i}': torch.from_numpy(frames) for i, (frames, _) in enumerate(videos)},
        **{f'times_{i}': torch.tensor(times, dtype=torch.float64) for i, (_, times) in enumerate(videos)},
        'input_ids': asked['input_ids'][0], 'position_ids': positions[:, 0].contiguous(),
        'image_features': torch.cat([f for f, _ in order]), 'deepstack_features': torch.cat([d for _, d in order], 1).contiguous(),
        'logits': torch.cat(answer.logits), 'tokens': answer.sequences[0, asked['input_ids'].shape[1]:].contiguous(),
    }, out)


def parts(seen, sizes):
    """Features [tokens, hidden] and taps' [taps, tokens, hidden] of each picture or video."""
    sizes = sizes.tolist()
    return list(zip(torch.cat(list(seen.pooler_output)).split(sizes), torch.stack([torch.cat(list(d)) for d in seen.deepstack_features]).split(sizes, 1)))


CHAT = [
    dict(role='system', content=[dict(type='text', text='List the events.')]),
    dict(role='user', content=[dict(type='text', text='What is in '), dict(type='image'), dict(type='text', text=' and in '), dict(type='image'), dict(type='text', text='?')]),
    dict(role='assistant', content=[dict(type='text', text='{"event": "a person enters"}')]),
    dict(role='user', content=[dict(type='video'), dict(type='text', text='And here? 谁进来了')]),
    dict(role='assistant', content=[dict(type='text', text='no')]),
    dict(role='user', content=[dict(type='text', text='Yes? '), dict(type='image')]),
]


def noise(seed, n, h, w):
    """Smooth moving shapes with noise: every patch differs, neighbours are alike, as in a video."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:h, 0:w]
    shapes = [[np.sin(x / (7 + c) + i * 0.7) + np.cos(y / (5 + 2 * c) - i) for c in range(3)] for i in range(n)]
    return np.clip(127 + 50 * np.moveaxis(np.array(shapes), 1, -1) + rng.normal(0, 20, (n, h, w, 3)), 0, 255).astype(np.uint8, order='C')


def to_published_spelling(folder):
    """config.json as transformers 4.57 wrote it, and the published checkpoints have it."""
    file = folder / 'config.json'
    config = json.loads(file.read_text())
    rope = config['text_config'].pop('rope_parameters')
    config['text_config'] |= {'rope_theta': rope.pop('rope_theta'), 'rope_scaling': rope}
    config['vision_config'].pop('rope_parameters', None)
    file.write_text(json.dumps(config, indent=2))


def to_shards(folder):
    """model.safetensors in two files under an index, as large checkpoints come."""
    tensors = load_file(folder / 'model.safetensors')
    names = sorted(tensors)
    weight_map = {}
    for i, part in enumerate([names[::2], names[1::2]]):
        shard = f'model-{i + 1:05}-of-00002.safetensors'
        save_file({name: tensors[name] for name in part}, folder / shard, metadata={'format': 'pt'})
        weight_map |= {name: shard for name in part}
    (folder / 'model.safetensors.index.json').write_text(json.dumps({'metadata': {}, 'weight_map': weight_map}))
    (folder / 'model.safetensors').unlink()


def rope(theta, section):
    return dict(rope_theta=theta, rope_type='default', mrope_section=section, mrope_interleaved=True)


# what makes each one worth keeping stands first
FIXTURES = {
    # tied, 1 kv head, wide frames, an odd number of them, irregular times; bf16
    'tied-odd': dict(
        text=dict(hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=2, num_key_value_heads=1, head_dim=16, rope_parameters=rope(10000.0, [4, 2, 2])),
        vision=dict(depth=4, hidden_size=16, intermediate_size=32, num_heads=2, patch_size=16, num_position_embeddings=36, deepstack_visual_indexes=[0, 1, 2]),
        tied=True, dtype=torch.bfloat16, frames=(3, 32, 64), times=[0.0, 0.5, 1.75], prompt='List the events in this video.', images=[(50, 71), (90, 140), (20, 33)], bounds=(2048, 8192)),
    # untied, q dim not hidden, 2 kv heads, tall frames, two taps, shards, the published spelling; float32
    'untied-wide-q': dict(
        text=dict(hidden_size=24, intermediate_size=32, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, head_dim=24, rope_parameters=rope(5e6, [6, 3, 3])),
        vision=dict(depth=3, hidden_size=16, intermediate_size=24, num_heads=4, patch_size=8, num_position_embeddings=25, deepstack_visual_indexes=[0, 2]),
        tied=False, dtype=torch.float32, published=True, shards=True, frames=(4, 64, 32), times=[10.05, 10.4, 12.0, 12.1], prompt='谁进来了? "x"\n'),
    # a head size off the usual, 4 kv heads, bias in attention, another activation, the other way to write the video; float16
    'odd-sizes': dict(
        text=dict(hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=4, head_dim=20, attention_bias=True, rms_norm_eps=1e-5, rope_parameters=rope(1000.0, [4, 3, 3])),
        vision=dict(depth=3, hidden_size=24, intermediate_size=32, num_heads=2, patch_size=8, num_position_embeddings=49, deepstack_visual_indexes=[0, 1, 2], hidden_act='gelu'),
        tied=True, dtype=torch.float16, wrapped=True, frames=(2, 32, 64), times=[0.2, 0.3], prompt='yes?', images=[(32, 48), (64, 20), (17, 90)], bounds=(512, 2048)),
}


def write_fixture(folder, spec, seed):
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer(300)
    model = make_model(tokenizer, seed, spec['text'], spec['vision'], spec['tied']).to(spec['dtype'])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if spec.get('published'):
        to_published_spelling(folder)
    if spec.get('shards'):
        to_shards(folder)
    video = noise(seed, *spec['frames'])
    record(folder, video, spec['times'], spec['prompt'], spec.get('steps', 6), folder / 'reference.safetensors')
    if spec.get('wrapped'):
        record(folder, video, spec['times'], spec['prompt'], 2, folder / 'reference-wrapped.safetensors', wrapped=True)
    if spec.get('images'):
        write_chat(folder, spec)


def write_chat(folder, spec):
    """Pictures of sizes that have to be rounded, that are too large and too small; a video of an odd number of frames."""
    (folder / 'preprocessor_config.json').write_text(json.dumps({'size': dict(zip(['shortest_edge', 'longest_edge'], spec['bounds']))}))
    images = [noise(50 + i, 1, h, w)[0] for i, (h, w) in enumerate(spec['images'])]
    record_chat(folder, CHAT, images, [(noise(60, *spec['frames']), spec['times'])], 6, folder / 'reference-chat.safetensors', spec.get('wrapped', False))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', required=True)
    commands.add_parser('fixtures').add_argument('dir', type=pathlib.Path)
    commands.add_parser('chats', help="only the fixtures' conversations").add_argument('dir', type=pathlib.Path)
    one = commands.add_parser('reference')
    one.add_argument('model', type=pathlib.Path)
    one.add_argument('out', type=pathlib.Path)
    one.add_argument('--frames', type=int, nargs=3, metavar=('N', 'H', 'W'), default=(5, 64, 96))
    one.add_argument('--prompt', default='List the events in this video.')
    one.add_argument('--steps', type=int, default=8)
    one.add_argument('--seed', type=int, default=0)
    one.add_argument('--wrapped', action='store_true', help='write the video as the processor of transformers 5.10+ does')
    args = parser.parse_args()
    if args.command == 'fixtures':
        for seed, (name, spec) in enumerate(FIXTURES.items()):
            write_fixture(args.dir / name, spec, seed)
    elif args.command == 'chats':
        for name, spec in FIXTURES.items():
            if spec.get('images'):
                write_chat(args.dir / name, spec)
    else:
        times = np.cumsum(np.random.default_rng(args.seed).uniform(0.1, 0.9, args.frames[0])).tolist()
        record(args.model, noise(args.seed, *args.frames), times, args.prompt, args.steps, args.out, args.wrapped)


if __name__ == '__main__':
    main()
