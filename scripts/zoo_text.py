"""Text and language models of `transformers` with random weights, for zoo.py: exports, and v of masked words in PyTorch."""
import io

import numpy as np

TOKENS, LENGTH, TEXTS = 200, 20, 60
PAD, CLS, SEP, MASK = 0, 1, 2, 3


def texts(players: int, seed: int = 0, pairs: bool = False, left: bool = False):
    """Texts of as many words as there are players, each of one to three tokens, filled up with padding."""
    draws = np.random.default_rng(seed)
    ids = np.full((TEXTS, LENGTH), PAD, "i8")
    words = np.full((TEXTS, LENGTH), -1, "i8")
    attention = np.zeros((TEXTS, LENGTH), "i8")
    types = np.zeros((TEXTS, LENGTH), "i8")
    for row in range(TEXTS):
        lengths = draws.integers(1, 4, players)
        own = np.repeat(np.arange(players), lengths)
        line = np.concatenate([[-1], own, [-1]])
        start = LENGTH - len(line) if left else 0
        at = slice(start, start + len(line))
        words[row, at], attention[row, at] = line, 1
        ids[row, at] = np.where(line < 0, SEP, draws.integers(4, TOKENS, len(line)))
        ids[row, start] = CLS
        if pairs:
            types[row, at] = line > players // 2
    return {"input_ids": ids, "attention_mask": attention, "token_type_ids": types, "word_ids": words}


def wrapped(model, names, head):
    """A module of arrays in the order of names, which exporters want, giving the logits."""
    import torch

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, *arrays):
            return self.model(**dict(zip(names, arrays)), **head).logits

    return Logits().eval()


def exported(model, names, dtype, dynamo, head):
    import tempfile
    from pathlib import Path

    import torch

    module = wrapped(model, names, head)
    arrays = tuple(torch.ones(2, LENGTH, dtype=dtype) for _ in names)
    shared = dict(input_names=names, output_names=["logits"])
    if not dynamo:
        file = io.BytesIO()
        axes = {name: {0: "batch", 1: "tokens"} for name in names}
        torch.onnx.export(module, arrays, file, dynamic_axes=axes, dynamo=False, opset_version=17, **shared)
        return file.getvalue()
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "model.onnx"
        shapes = (tuple({0: torch.export.Dim("batch")} for _ in names),)
        torch.onnx.export(module, arrays, str(file), dynamic_shapes=shapes, dynamo=True, external_data=False, verbose=False, **shared)
        return file.read_bytes()


class TextModel:
    """A network of transformers, by what its class is called, and how words of its texts are masked."""

    def __init__(self, model, names, by, dtype, position, head):
        self.model, self.names, self.by, self.dtype, self.position, self.head = model, names, by, dtype, position, head

    def values(self, arrays, sample: int, label: int, players: int):
        """Log-odds of a label for every coalition of the words of a text, the float32 logits taken in float64."""
        import torch

        rows = {name: np.repeat(arrays[name][sample][None], 2**players, 0) for name in self.names}
        words = arrays["word_ids"][sample]
        for mask in range(2**players):
            gone = np.array([word >= 0 and not mask >> word & 1 for word in words])
            if self.by == "attention":
                rows["attention_mask"][mask, gone] = 0
            else:
                rows["input_ids"][mask, gone] = MASK
        with torch.no_grad():
            fed = {name: torch.from_numpy(value).to(self.dtype) for name, value in rows.items()}
            z = self.model.eval()(**fed, **self.head).logits.double().numpy()
        if z.ndim == 3:
            attended = np.flatnonzero(arrays["attention_mask"][sample])
            z = z[:, attended[-1] if self.position == "last" else arrays[self.position][sample]]
        others = np.delete(z, label, 1)
        top = others.max(1, keepdims=True)
        return z[:, label] - top[:, 0] - np.log(np.exp(others - top).sum(1))


def export_text(players: int):
    """`name, model, arrays, estimator, case` of each model."""
    import torch
    import transformers as t

    t.logging.set_verbosity_error()
    shared = dict(vocab_size=TOKENS, initializer_range=0.3, attn_implementation="eager")
    bert = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, max_position_embeddings=LENGTH, num_labels=3)
    gpt = dict(n_positions=LENGTH, n_embd=32, n_layer=2, n_head=2, bos_token_id=None, eos_token_id=None)
    three = ["input_ids", "attention_mask", "token_type_ids"]
    draws = np.random.default_rng(5)
    labels = {"labels": draws.integers(0, 3, TEXTS)}
    target = {"target": draws.integers(4, TOKENS, TEXTS)}
    mask, attention = f"analysis.baseline={{maskToken: {MASK}}}", "analysis.baseline=attention"
    i8, i4 = torch.int64, torch.int32

    def bert_model():
        return t.BertForSequenceClassification(t.BertConfig(**shared, **bert))

    def distil_model():
        small = dict(dim=32, n_layers=2, n_heads=2, hidden_dim=64, max_position_embeddings=LENGTH, num_labels=3)
        return t.DistilBertForSequenceClassification(t.DistilBertConfig(**shared, **small))

    def masked_model():
        return t.BertForMaskedLM(t.BertConfig(**shared, **bert))

    def tagger():
        return t.BertForTokenClassification(t.BertConfig(**shared, **bert))

    def gpt_model():
        return t.GPT2LMHeadModel(t.GPT2Config(**shared, **gpt))

    plain, pair, left = texts(players), texts(players, 1, pairs=True), texts(players, 2, left=True)
    # The first token of a word stands where position says, and is never a player's alone.
    gap = {"position": np.argmax(plain["word_ids"] == 2, 1)}
    cases = [
        ("bert-int64", bert_model, three, pair | labels, i8, False, mask, None, []),
        ("bert-int32", bert_model, three, pair | labels, i4, False, mask, None, []),
        ("bert-attention", bert_model, three, plain | labels, i8, False, attention, None, []),
        ("bert-dynamo", bert_model, three, plain | labels, i8, True, attention, None, []),
        ("distilbert", distil_model, three[:2], plain | labels, i8, True, mask, None, []),
        ("bert-masked-lm", masked_model, three, plain | target | gap, i8, False, mask, "position", []),
        ("bert-tagger", tagger, three, plain | labels | gap, i4, False, attention, "position", []),
        ("gpt2-last", gpt_model, three[:2], plain | target, i8, False, mask, "last", []),
        ("gpt2-attention", gpt_model, three[:2], plain | target, i4, False, attention, "last", []),
        ("gpt2-left", gpt_model, three[:2], left | target, i8, True, mask, "last", []),
        ("gpt2-one-target", gpt_model, three[:2], plain, i8, False, mask, "last", ["data.target=17"]),
    ]
    for name, build, names, arrays, dtype, dynamo, baseline, position, options in cases:
        torch.manual_seed(0)
        model = build().eval()
        head = {"use_cache": False} if "gpt2" in name else {}
        file = exported(model, names, dtype, dynamo, head)
        by = "attention" if baseline == attention else "mask"
        estimator = TextModel(model, names, by, dtype, position, head)
        yield name, file, arrays, estimator, {"set": [baseline, *options]}
