"""Networks of PyTorch for the zoo that are masked at an inner feature map, exported in float32 and in 16 bits, and networks
of two inputs: their values are forward passes of PyTorch itself, one masked row at a time."""
import io

import numpy as np

SHAPE, CLASSES, FEATURES = (1, 10, 8), 3, 5
# 5×4 cells over the feature map, of which 3×2 lie at least one from the border.
LAYER_GRID, MARGIN = (5, 4), 1
# 3×2 cells over the image, where its features are held.
IMAGE_GRID = (3, 2)


def samples(features: bool):
    draws = np.random.default_rng(3)
    arrays = {
        "x": draws.normal(size=(60, *SHAPE)).astype("f4"),
        "y": (np.arange(60) % CLASSES).astype("i8"),
        "x_test": draws.normal(size=(6, *SHAPE)).astype("f4"),
        "y_test": (np.arange(6) % CLASSES).astype("i8"),
    }
    if features:
        arrays["features"] = draws.normal(size=(60, FEATURES)).astype("f4")
        arrays["features_test"] = draws.normal(size=(6, FEATURES)).astype("f4")
    return arrays


def cells(extents, grid, margin=0):
    """The player of every position of a map, −1 where it has none: cell ⌊y·rows/H⌋, ⌊x·columns/W⌋, inner ones in order."""
    (height, width), (rows, columns) = extents, grid
    inner = [
        (r, c) for r in range(margin, rows - margin) for c in range(margin, columns - margin)
    ]
    players = {cell: player for player, cell in enumerate(inner)}
    return np.array(
        [[players.get((y * rows // height, x * columns // width), -1) for x in range(width)] for y in range(height)]
    )


def log_odds(z, label: int):
    z = z.double().numpy()
    others = np.delete(z, label, 1)
    top = others.max(1)
    return z[:, label] - top - np.log(np.exp(others - top[:, None]).sum(1))


def scripted(module, *inputs) -> bytes:
    import torch

    place = io.BytesIO()
    torch.jit.save(torch.jit.trace(module, inputs), place)
    return place.getvalue()


def loaded(script: bytes):
    import torch

    return torch.jit.load(io.BytesIO(script))


class AtLayer:
    """A network in two parts; positions of the map between them take the mean of their channel over the training samples."""

    def __init__(self, lower: bytes, upper: bytes):
        self.lower, self.upper, self.tolerance = lower, upper, 1e-4

    def values(self, arrays, sample: int, label: int, players: int):
        import torch

        lower, upper = loaded(self.lower), loaded(self.upper)
        with torch.no_grad():
            maps = torch.cat([lower(torch.from_numpy(row[None])) for row in arrays["x"]])
            mean = maps.double().mean((0, 2, 3)).float()[None, :, None, None]
            own = maps[sample : sample + 1]
            owner = torch.from_numpy(cells(own.shape[2:], LAYER_GRID, MARGIN))
            assert int(owner.max()) + 1 == players
            found = []
            for coalition in range(2**players):
                kept = torch.tensor([[p < 0 or bool(coalition >> int(p) & 1) for p in line] for line in owner])
                found.append(log_odds(upper(torch.where(kept, own, mean)), label))
        return np.concatenate(found)


class OfTwo:
    """A network of an image, whose masked cells become 0, and of features, of which some do and the others stay."""

    def __init__(self, network: bytes, grid, masked=()):
        self.network, self.grid, self.masked, self.tolerance = network, grid, masked, 1e-4

    def values(self, arrays, sample: int, label: int, players: int):
        import torch

        network = loaded(self.network)
        image = torch.from_numpy(arrays["x"][sample : sample + 1])
        features = torch.from_numpy(arrays["features"][sample : sample + 1])
        owner = cells(SHAPE[1:], self.grid)
        found = []
        with torch.no_grad():
            for coalition in range(2**players):
                kept = torch.from_numpy((coalition >> owner & 1).astype(bool))
                beside = features.clone()
                for player, value in enumerate(self.masked, players - len(self.masked)):
                    beside[:, value] *= coalition >> player & 1
                found.append(log_odds(network(torch.where(kept, image, torch.zeros(())), beside), label))
        return np.concatenate(found)


def export_layers():
    import onnx
    import torch
    from torch import nn

    class Residual(nn.Module):
        def __init__(self, channels: int):
            super().__init__()
            self.a, self.b = nn.Conv2d(channels, channels, 3, padding=1), nn.Conv2d(channels, channels, 3, padding=1)

        def forward(self, x):
            return torch.relu(x + self.b(torch.relu(self.a(x))))

    class TwoInputs(nn.Module):
        def __init__(self):
            super().__init__()
            self.image = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(480, 8))
            self.features = nn.Linear(FEATURES, 8)
            self.head = nn.Linear(8, CLASSES)

        def forward(self, image, features):
            return self.head(torch.tanh(self.image(image)) * torch.sigmoid(self.features(features)) * 4)

    def exported(network, inputs, names):
        place = io.BytesIO()
        axes = {name: {0: "batch"} for name in names}
        torch.onnx.export(network, inputs, place, input_names=names, dynamic_axes=axes, dynamo=False)
        return place.getvalue()

    for name in ("float32", "float16", "bfloat16"):
        torch.manual_seed(1)
        dtype = getattr(torch, name)
        lower = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU())
        upper = nn.Sequential(Residual(6), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(120, CLASSES))
        with torch.no_grad():
            upper[-1].weight *= 4
        network = nn.Sequential(lower, upper).to(dtype).eval()
        row = torch.from_numpy(samples(False)["x"][:2])
        model = exported(network, (row.to(dtype),), ["x"])
        [first, *_] = [node.output[0] for node in onnx.load_from_string(model).graph.node if node.op_type == "Relu"]
        network.float()
        estimator = AtLayer(scripted(lower, row), scripted(upper, lower(row)))
        players = f'{{layout: layer, layer: "{first}", layerGrid: grid5x4, margin: 1, count: 6}}'
        said = f'is masked at "{first}" [6, 10, 8]' if name == "float32" else f"its {name} is computed in float32"
        case = {"set": [f"analysis.players={players}", "analysis.baseline=mean"], "said": said}
        yield f"torch-inner-layer-{name}", model, samples(False), estimator, case

    torch.manual_seed(2)
    network = TwoInputs().eval()
    arrays = samples(True)
    inputs = (torch.from_numpy(arrays["x"][:2]), torch.from_numpy(arrays["features"][:2]))
    model = exported(network, inputs, ["image", "features"])
    for name, grid, masked, said in (
        ("held", IMAGE_GRID, (), "image is masked, features held as in the sample"),
        ("masked", (2, 2), (1, 3), "image, features are masked"),
    ):
        inputs_too = f", inputs: {{features: {list(masked)}}}" if masked else ""
        players = f"{{layout: grid{grid[0]}x{grid[1]}, count: 6{inputs_too}}}"
        case = {"set": ["data.held=[features]", f"analysis.players={players}", "analysis.baseline=zero"], "said": said}
        yield f"torch-two-inputs-{name}", model, arrays, OfTwo(scripted(network, *inputs), grid, masked), case
