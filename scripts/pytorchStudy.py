"""Holds a study of networks from PyTorch against PyTorch and NumPy alone (`npm run test:zoo`).

    python pytorchStudy.py FOLDER STUDY NETWORK    FOLDER has samples.npz and nets/ as docs/pytorch.md makes them, and
                                                   plan.json; STUDY is the study's own folder; v(S) is
                                                   compared for the network of this name
    python pytorchStudy.py same STUDY OTHER_STUDY NETWORK    scores of one network in two studies

Prints what it found as JSON: largest differences, each as a share of what it is a difference of, and what was compared.
It shares nothing with lowlayer: formulas are those of docs/method.md, written anew.
"""
import csv
import glob
import hashlib
import json
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import torch

torch.set_num_threads(1)
CELLS = [1, 2, 5, 6, 9, 10, 13, 14]


def table(study, name):
    with open(study / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def logits(network, x):
    with torch.no_grad():
        return network(torch.from_numpy(np.ascontiguousarray(x))).double().numpy()


def log_odds(z, label):
    others = np.delete(z, label, axis=1)
    top = others.max(1)
    return z[:, label] - top - np.log(np.exp(others - top[:, None]).sum(1))


def checkpoint(folder, name, step):
    return torch.load(folder / "nets" / name / f"{step}.pt", weights_only=False).eval()


def curves(folder, study, names, data):
    """Losses and accuracies on all samples, of every network at every kept epoch."""
    worst, points = 0.0, 0
    for row in table(study, "curves"):
        if row["metric"] not in ("loss", "accuracy"):
            continue
        x, y = data[f"x_{row['split']}"], data[f"y_{row['split']}"]
        z = logits(checkpoint(folder, names[row["network"]], row["step"]), x)
        p = z - z.max(1, keepdims=True)
        loss = np.log(np.exp(p).sum(1)) - p[np.arange(len(y)), y]
        expected = loss.mean() if row["metric"] == "loss" else (z.argmax(1) == y).mean()
        worst = max(worst, abs(float(row["value"]) - expected) / max(1, expected))
        points += 1
    return worst, points


def present(players):
    """[2^n, 16, 16]: whether a pixel is there under each coalition; bit i is player i."""
    keep = np.ones((2 ** len(players), 16, 16), bool)
    for mask in range(len(keep)):
        for player, cell in enumerate(players):
            if not mask >> player & 1:
                row, column = divmod(cell, 4)
                keep[mask, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] = False
    return keep[:, None]


def values(folder, network, name, data):
    """v(S) of all analysed samples and checkpoints against masked forward passes; so are predictions and losses."""
    baseline = data["x_train"].mean(axis=(0, 2, 3), keepdims=True)[0]
    keep = present(CELLS)
    listed = json.loads((folder / "plan.json").read_text())["samples"]
    worst, tables, steps = 0.0, 0, 0
    for file in sorted(glob.glob(str(folder / "results/networks" / network / "values/[0-9]*.npz"))):
        found = np.load(file)
        step = Path(file).name.split("-")[0]
        own = [
            (sample, panel, int(data[f"y_{each['split']}"][sample]))
            for panel, each in enumerate(listed)
            for sample in each["samples"]
        ]
        assert own == list(zip(*(found[key].tolist() for key in ("sample", "panel", "given_label")))), "other samples"
        net, expected = checkpoint(folder, name, step), []
        for sample, panel, label in own:
            x = data["x_test" if panel else "x_train"][sample]
            z = logits(net, np.where(keep, x, baseline).astype("f4"))
            v = log_odds(z, label)
            expected.append(v - v[0])
        expected = np.array(expected)
        worst = max(worst, np.abs(found["values"] - expected).max() / np.abs(expected).max())
        tables += len(expected)
        steps += 1
    return worst, tables, steps


def rebuilt(interactions_and, interactions_or):
    """h(S) = sum of AND interactions within S, and of OR interactions that meet S; empty ones always."""
    subsets = np.arange(interactions_and.shape[1])
    within = (subsets[:, None] & subsets[None]) == subsets[None]
    meets = (subsets[:, None] & subsets[None]) != 0
    meets[:, 0] = True
    return interactions_and @ within.T + interactions_or @ meets.T


def folder_files(results, network):
    """Values and interactions at every analysed step, the study's own end of the tie-break."""
    for file in glob.glob(str(results / "networks" / network / "interactions/*.npz")):
        if not file.endswith("-other.npz"):
            step = Path(file).name.split("-")[0]
            [own] = glob.glob(str(results / "networks" / network / "values" / f"{step}-*.npz"))
            yield int(step), np.load(own), np.load(file)


def offset_complexity(both, tau, order):
    n = order.max()
    strong = np.where(np.abs(both) > tau, both, 0)
    by_order = [strong[:, order == k] for k in range(1, n + 1)]
    plus = [np.maximum(part, 0).sum() for part in by_order]
    minus = [-np.minimum(part, 0).sum() for part in by_order]
    weighed = sum((k - 1) / (n - 1) * 2 * min(plus[k - 1], minus[k - 1]) for k in range(2, n + 1))
    return min(1.0, weighed / max(sum(plus) + sum(minus), tau))


def scores(results, study, names):
    """Reconstruction of v(S) within the noise allowed, τ, and the score of every sample of the analysed split."""
    matching = excess = worst_tau = worst_score = 0.0
    compared, last = 0, {}
    stored = {(row["network"], int(row["step"]), int(row["sample"])): row for row in table(study, "samples")}
    for network in names:
        for step, valued, found in folder_files(results, network):
            v, main = valued["values"], valued["panel"] == 0
            order = np.array([bin(mask).count("1") for mask in range(v.shape[1])])
            rest = rebuilt(found["and"], found["or"]) - v
            allowed = 0.04 * np.abs(v[:, -1] - v[:, 0])
            scale = np.maximum(1, np.abs(v).max(1))
            excess = max(excess, ((np.abs(rest).max(1) - allowed) / scale).max())
            matching = max(matching, (np.abs(rest).max(1) / scale).max())
            tau = 0.03 * np.abs(v[main, -1] - v[main, 0]).mean()
            for at in np.flatnonzero(main):
                row = stored[network, step, int(valued["sample"][at])]
                own = offset_complexity(np.stack([found["and"][at], found["or"][at]]), tau, order)
                worst_tau = max(worst_tau, abs(float(row["tau"]) - tau) / tau)
                worst_score = max(worst_score, abs(float(row["score"]) - own))
                last.setdefault(network, {}).setdefault(step, {})[int(valued["sample"][at])] = own
                compared += 1
    assert compared == len(stored), f"{compared} scores of {len(stored)} rows"
    return {"excess": excess, "matching": matching, "tau": worst_tau, "score": worst_score, "scores": compared}, {
        network: steps[max(steps)] for network, steps in last.items()
    }


def top_tenth(score):
    ranked = sorted(score, key=lambda sample: (-score[sample], hashlib.sha256(str(sample).encode()).hexdigest()))
    return set(ranked[: max(1, round(len(ranked) * 0.1))])


def relation(a, b):
    low, high, order = (a[key] == b[key] for key in ("seed_low", "seed_high", "seed_order"))
    if low and high:
        return "identical" if order else "order-only"
    base = "same-low/diff-high" if low else "diff-low/same-high" if high else "both-diff"
    return base if order else base + "+order"


def overlaps(study, networks, ends):
    """The sets, every pair with its class, and T_low of the networks of one order."""
    sets = {network: top_tenth(score) for network, score in ends.items()}
    stored = {network: set() for network in sets}
    for row in table(study, "confusing"):
        if row["rule"] == "top":
            stored[row["network"]].add(int(row["sample"]))
    found = {frozenset((row["network_a"], row["network_b"])): row for row in table(study, "overlaps")}
    worst, classes, crossed, other = 0.0, {}, {}, []
    for a, b in combinations(networks, 2):
        row = found.pop(frozenset((a, b)))
        jaccard = len(sets[a] & sets[b]) / len(sets[a] | sets[b])
        worst = max(worst, abs(float(row["jaccard"]) - jaccard))
        own = relation(networks[a], networks[b])
        classes.setdefault(own, []).append(jaccard)
        # The crossed grid is that of order 0; the others repeat its diagonal.
        if networks[a]["seed_order"] == networks[b]["seed_order"] == "0":
            crossed.setdefault(own, []).append(jaccard)
        if row["relation"] != own:
            other.append([own, row["relation"]])
    low = np.mean(crossed["same-low/diff-high"]) - np.mean(crossed["both-diff"])
    high = np.mean(crossed["diff-low/same-high"]) - np.mean(crossed["both-diff"])
    effects = {row["effect"]: row["estimate"] for row in table(study, "effects")}
    return {
        "otherSets": [network for network in sets if sets[network] != stored[network]],
        "jaccard": worst,
        "otherRelations": other + [list(pair) for pair in found],
        "relations": {name: len(each) for name, each in sorted(classes.items())},
        "tLow": abs(float(effects["T_low"]) - low),
        "tHigh": abs(float(effects["T_high"]) - high),
    }


def check(folder, study, name):
    data = np.load(folder / "samples.npz")
    networks = {row["network"]: row for row in table(study, "networks")}
    names = {network: row["name"] for network, row in networks.items()}
    [network] = [own for own, given in names.items() if given == name]
    curve, points = curves(folder, study, names, data)
    worst, tables, steps = values(folder, network, name, data)
    found, ends = scores(folder / "results", study, names)
    return {
        "networks": len(names),
        "curve": curve,
        "points": points,
        "values": worst,
        "tables": tables,
        "steps": steps,
        **found,
        **overlaps(study, networks, ends),
    }


def same(study, other, name):
    """The scores of one network in two studies, at its last checkpoint."""

    def last(where):
        [network] = [row["network"] for row in table(where, "networks") if row["name"] == name]
        rows = [row for row in table(where, "samples") if row["network"] == network]
        end = max(int(row["step"]) for row in rows)
        members = [int(row["sample"]) for row in table(where, "confusing") if row["network"] == network and row["rule"] == "top"]
        return {int(row["sample"]): row for row in rows if int(row["step"]) == end}, members

    (one, members), (two, others) = last(study), last(other)
    assert one.keys() == two.keys(), "other samples"
    difference = {
        key: max(abs(float(one[sample][key]) - float(two[sample][key])) for sample in one)
        for key in ("score", "v_full", "loss")
    }
    predictions = sum(one[sample]["prediction"] != two[sample]["prediction"] for sample in one)
    # A sample may be in one set alone only where its score is that of the last one in, but for rounding.
    edge = min(float(one[sample]["score"]) for sample in members)
    moved = set(members) ^ set(others)
    beyond = max((abs(float(one[sample]["score"]) - edge) for sample in moved), default=0.0)
    return {**difference, "samples": len(one), "predictions": predictions, "members": len(others), "beyond": beyond}


if __name__ == "__main__":
    if sys.argv[1] == "same":
        found = same(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    else:
        found = check(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
    print(json.dumps(found, default=float))
