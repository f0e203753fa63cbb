"""The decoder as a lean batched forward over the reference's own parameters: interleaved MRoPE, DeepStack, causal attention."""
import torch
import torch.nn.functional as F


def norm(x, weight):
    return F.rms_norm(x, (x.shape[-1],), weight.to(x.dtype), 1e-6)


def rotate(x, cos, sin):
    """cos and sin of half the head's width: the two halves turn by the same angles"""
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class Mind(torch.nn.Module):
    def __init__(self, language, sections):
        super().__init__()
        self.l = language
        c = language.config
        self.heads, self.groups, self.dim = c.num_attention_heads, c.num_key_value_heads, c.head_dim
        inv = 10000.0 ** (-2 * torch.arange(self.dim // 2).float() / self.dim)
        axis = torch.zeros(self.dim // 2, dtype=torch.long)
        for i in range(self.dim // 2):
            if i % 3 == 1 and i < 3 * sections[1]:
                axis[i] = 1
            elif i % 3 == 2 and i < 3 * sections[2]:
                axis[i] = 2
        self.register_buffer("inv", inv, persistent=False)
        self.register_buffer("axis", axis, persistent=False)

    def angles(self, positions):
        """[3, B, S] → cos, sin [B, 1, S, dim / 2]"""
        angle = (positions[self.axis].permute(1, 2, 0).float() * self.inv)[:, None]
        return angle.cos().to(torch.bfloat16), angle.sin().to(torch.bfloat16)

    def forward(self, ids, positions, visual=None, deep=None):
        """ids [B, S]; visual: (rows, columns) of the video pads and their features [n, hidden]; deep: three of the same shape. → hidden [B, S, hidden]"""
        x = self.l.embed_tokens(ids).to(torch.bfloat16)
        if visual is not None:
            where, features = visual
            x = x.index_put(where, features.to(x.dtype))
        cos, sin = self.angles(positions)
        b, s, _ = x.shape
        for i, layer in enumerate(self.l.layers):
            a = layer.self_attn
            h = norm(x, layer.input_layernorm.weight)
            q = norm(F.linear(h, a.q_proj.weight).view(b, s, self.heads, self.dim), a.q_norm.weight).transpose(1, 2)
            k = norm(F.linear(h, a.k_proj.weight).view(b, s, self.groups, self.dim), a.k_norm.weight).transpose(1, 2)
            v = F.linear(h, a.v_proj.weight).view(b, s, self.groups, self.dim).transpose(1, 2)
            q, k = rotate(q, cos, sin), rotate(k, cos, sin)
            k, v = k.expand(b, self.heads, s, self.dim), v.expand(b, self.heads, s, self.dim)
            o = F.scaled_dot_product_attention(q, k, v.to(torch.bfloat16), is_causal=True).to(x.dtype)
            x = x + F.linear(o.transpose(1, 2).reshape(b, s, -1), a.o_proj.weight)
            h = norm(x, layer.post_attention_layernorm.weight)
            m = layer.mlp
            x = x + F.linear(F.silu(F.linear(h, m.gate_proj.weight)) * F.linear(h, m.up_proj.weight), m.down_proj.weight)
            if deep is not None and i < len(deep):
                x = x.index_put(where, deep[i].to(x.dtype), accumulate=True)
        return norm(x, self.l.norm.weight)
