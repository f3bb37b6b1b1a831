"""Exports of other libraries, to hold `lowlayer analyze` against those libraries' own predictions (`npm run test:zoo`).

    python zoo.py export FOLDER        trains and exports each model of the zoo, a subfolder each: model.onnx, data.npz,
                                       estimator.pkl or a TorchScript file, and case.json (its options for the command)
    python zoo.py check FOLDER/CASE    compares every v(S) that lowlayer stored in FOLDER/CASE/out with the log-odds of
                                       the library's own predictions on the same masked rows; prints the largest
                                       difference, and the largest in units of what float32 rounds, as JSON

Needs zoo-requirements.txt; a library that is not installed leaves its models out, which is said.
"""
import glob
import json
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np
import zoo_layers
import zoo_text

warnings.filterwarnings("ignore")
FEATURES, PLAYERS, SAMPLES = 8, 6, 20


def table(classes: int, seed: int = 0):
    """Rows of noise whose class is where two smooth functions of them lie; float32, as networks get them."""
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(400, FEATURES)).astype("f4")
    score = x[:, 0] * x[:, 1] + x[:, 2] + 0.5 * np.sin(2 * x[:, 3]) + 0.3 * draws.normal(size=400)
    y = np.digitize(score, np.quantile(score, np.arange(1, classes) / classes)).astype("i8")
    return x, y


def sklearn_models():
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.ensemble import (
        AdaBoostClassifier,
        BaggingClassifier,
        ExtraTreesClassifier,
        GradientBoostingClassifier,
        HistGradientBoostingClassifier,
        RandomForestClassifier,
        VotingClassifier,
    )
    from sklearn.linear_model import LogisticRegression, SGDClassifier
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    r = dict(random_state=0)
    yield "logistic", LogisticRegression(), 3
    yield "logistic-binary", LogisticRegression(), 2
    yield "mlp", make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=300, **r)), 3
    yield "mlp-binary", MLPClassifier((16,), max_iter=300, **r), 2
    yield "forest", RandomForestClassifier(30, min_samples_leaf=5, **r), 3
    yield "forest-binary", RandomForestClassifier(30, min_samples_leaf=5, **r), 2
    yield "extra-trees", ExtraTreesClassifier(30, min_samples_leaf=5, **r), 4
    yield "tree", DecisionTreeClassifier(min_samples_leaf=20, **r), 3
    yield "gradient-boosting", GradientBoostingClassifier(n_estimators=20, **r), 3
    yield "gradient-boosting-binary", GradientBoostingClassifier(n_estimators=20, **r), 2
    yield "hist-boosting", HistGradientBoostingClassifier(max_iter=20, **r), 3
    yield "hist-boosting-binary", HistGradientBoostingClassifier(max_iter=20, **r), 2
    yield "svc", SVC(probability=True, **r), 3
    yield "neighbours", KNeighborsClassifier(25), 3
    yield "naive-bayes", GaussianNB(), 3
    yield "discriminant", LinearDiscriminantAnalysis(), 3
    yield "one-vs-rest", OneVsRestClassifier(LogisticRegression()), 3
    yield "sgd-log", SGDClassifier(loss="log_loss", **r), 2
    yield "calibrated", CalibratedClassifierCV(LogisticRegression(), cv=3), 3
    yield "bagging", BaggingClassifier(LogisticRegression(), 5, **r), 3
    yield "adaboost", AdaBoostClassifier(n_estimators=10, **r), 3
    yield "voting", VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], voting="soft", flatten_transform=False), 3


class RowByRow:
    """What an exported model itself gives of every row alone: int8 in ranges of the batch has no other truth."""

    def __init__(self, model: bytes):
        self.model = model

    def predict_proba(self, x):
        import onnxruntime

        session = onnxruntime.InferenceSession(self.model)
        name, output = session.get_inputs()[0].name, session.get_outputs()[1].name
        return np.concatenate([session.run([output], {name: row[None]})[0] for row in x])


def quantised(model: bytes, folder: Path) -> bytes:
    import tempfile

    from onnxruntime.quantization import quantize_dynamic

    with tempfile.TemporaryDirectory() as place:
        source, target = Path(place) / "float.onnx", Path(place) / "int8.onnx"
        source.write_bytes(model)
        quantize_dynamic(str(source), str(target))
        return target.read_bytes()


def export_sklearn(folder: Path):
    from skl2onnx import to_onnx

    for name, estimator, classes in sklearn_models():
        x, y = table(classes)
        estimator.fit(x, y)
        options = {id(estimator): {"zipmap": False}}
        try:
            model = to_onnx(estimator, x[:1], options=options, target_opset={"": 18, "ai.onnx.ml": 3})
        except Exception as error:
            fail(folder / name, f"skl2onnx cannot export it: {error}")
            continue
        # Leaves of one class give the probability 1, of which log-odds are infinite.
        case = {"refused": "analysis.clamp"} if name == "tree" else {}
        yield name, model.SerializeToString(), x, y, estimator, case
        if name in ("logistic", "forest"):
            zipped = to_onnx(estimator, x[:1], target_opset={"": 18, "ai.onnx.ml": 3})
            yield name + "-zipmap", zipped.SerializeToString(), x, y, estimator, {"refused": "zipmap=False"}
        if name == "logistic-binary":
            # Classes 1 and 3: the model has two outputs, and names them.
            renamed = type(estimator)().fit(x, 2 * y + 1)
            model = to_onnx(renamed, x[:1], options={id(renamed): {"zipmap": False}}, target_opset={"": 18, "ai.onnx.ml": 3})
            yield "labels-1-and-3", model.SerializeToString(), x, 2 * y + 1, renamed, {}
        if name == "mlp-binary":
            int8 = quantised(model.SerializeToString(), folder)
            yield "dynamic-int8", int8, x, y, RowByRow(int8), {"said": "is run row by row"}


def export_lightgbm(folder: Path):
    import lightgbm
    import onnxmltools
    from onnxmltools.convert.common.data_types import FloatTensorType

    for classes in (2, 3):
        x, y = table(classes)
        estimator = lightgbm.LGBMClassifier(n_estimators=20, verbose=-1).fit(x, y)
        types = [("x", FloatTensorType([None, FEATURES]))]
        model = onnxmltools.convert_lightgbm(estimator, initial_types=types, zipmap=False, target_opset=15)
        yield f"lightgbm-{classes}", model.SerializeToString(), x, y, estimator, {}


def export_xgboost(folder: Path):
    import onnxmltools
    import xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    for classes in (2, 3):
        x, y = table(classes)
        estimator = xgboost.XGBClassifier(n_estimators=20, max_depth=3).fit(x, y)
        types = [("x", FloatTensorType([None, FEATURES]))]
        model = onnxmltools.convert_xgboost(estimator, initial_types=types, target_opset=15)
        yield f"xgboost-{classes}", model.SerializeToString(), x, y, estimator, {}


class TorchModel:
    """A scripted network, with what its outputs are: logits of a softmax, one logit, probabilities, or sigmoids."""

    def __init__(self, scripted: bytes, kind: str):
        self.scripted, self.kind = scripted, kind

    def predict_proba(self, x):
        import io

        import torch

        network = torch.jit.load(io.BytesIO(self.scripted))
        with torch.no_grad():
            z = np.concatenate([network(torch.from_numpy(row[None])).double().numpy() for row in x])
        if self.kind in ("probabilities", "sigmoids"):
            return z
        if self.kind == "logit":
            z = z.reshape(-1, 1)
            p = 1 / (1 + np.exp(-z))
            return np.concatenate([1 - p, p], 1)
        e = np.exp(z - z.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)


def export_torch(folder: Path):
    import io

    import torch
    from torch import nn

    def networks():
        yield "plain", nn.Sequential(nn.Linear(FEATURES, 16), nn.ReLU(), nn.Linear(16, 3)), 3, "logits"
        yield "batch-norm", nn.Sequential(
            nn.Linear(FEATURES, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3)
        ), 3, "logits"
        yield "softmax", nn.Sequential(nn.Linear(FEATURES, 3), nn.Softmax(1)), 3, "probabilities"
        yield "log-softmax", nn.Sequential(nn.Linear(FEATURES, 3), nn.LogSoftmax(1)), 3, "logits"
        yield "one-logit", nn.Sequential(nn.Linear(FEATURES, 8), nn.Tanh(), nn.Linear(8, 1)), 2, "logit"
        yield "flat-logit", nn.Sequential(nn.Linear(FEATURES, 8), nn.ReLU(), nn.Linear(8, 1), nn.Flatten(0)), 2, "logit"
        yield "sigmoids", nn.Sequential(nn.Linear(FEATURES, 8), nn.ReLU(), nn.Linear(8, 3), nn.Sigmoid()), 3, "sigmoids"
        yield "dropout-left-in", nn.Sequential(nn.Dropout(0.5), nn.Linear(FEATURES, 3)), 3, "logits"
        yield "layer-norm", nn.Sequential(
            nn.Linear(FEATURES, 16), nn.LayerNorm(16), nn.GELU(), nn.Linear(16, 4)
        ), 4, "logits"
        yield "convolution", nn.Sequential(
            nn.Unflatten(1, (1, FEATURES)), nn.Conv1d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * FEATURES, 3)
        ), 3, "logits"

    for name, network, classes, kind in networks():
        torch.manual_seed(0)
        x, y = table(classes)
        inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
        optimizer = torch.optim.Adam(network.parameters(), 0.01)
        for _ in range(200):
            z = network(inputs)
            if kind == "logit":
                loss = nn.functional.binary_cross_entropy_with_logits(z.reshape(-1), targets.float())
            elif kind == "sigmoids":
                loss = nn.functional.binary_cross_entropy(z, nn.functional.one_hot(targets, 3).float())
            elif kind == "probabilities":
                loss = nn.functional.nll_loss(z.log(), targets)
            else:
                loss = nn.functional.cross_entropy(z, targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        network.eval()
        scripted = io.BytesIO()
        torch.jit.save(torch.jit.trace(network, inputs[:2]), scripted)
        estimator = TorchModel(scripted.getvalue(), kind)
        exported = io.BytesIO()
        axes = {"x": {0: "batch"}}
        options = {}
        if name == "dropout-left-in":
            network.train()
            options = {"training": torch.onnx.TrainingMode.TRAINING, "do_constant_folding": False}
        torch.onnx.export(network, (inputs[:2],), exported, input_names=["x"], dynamic_axes=axes, dynamo=False, **options)
        case = {"refused": "two runs on the same inputs"} if options else {}
        yield f"torch-{name}", exported.getvalue(), x, y, estimator, case


EXPORTERS = {"sklearn": export_sklearn, "lightgbm": export_lightgbm, "xgboost": export_xgboost, "torch": export_torch}


def export(folder: Path):
    for library, exporter in EXPORTERS.items():
        try:
            for name, model, x, y, estimator, case in exporter(folder):
                store(folder / name, model, {"x": x, "y": y}, estimator, case)
        except ModuleNotFoundError as error:
            print(f"what is left of {library} is left out: {error}")
        except Exception as error:
            fail(folder / library, f"what is left of it is not exported: {type(error).__name__}: {error}")
    for what, exported in (("text models", zoo_text.export_text(PLAYERS)), ("layers", zoo_layers.export_layers())):
        try:
            for name, model, arrays, estimator, case in exported:
                store(folder / name, model, arrays, estimator, {"hasValues": True, **case})
        except ModuleNotFoundError as error:
            print(f"what is left of the {what} is left out: {error}")
        except Exception as error:
            fail(folder / what, f"what is left of them is not exported: {type(error).__name__}: {error}")


def fail(place: Path, reason: str):
    """A case that fails its test: a library that changed must not take models out of the zoo without a word."""
    place.mkdir(parents=True, exist_ok=True)
    (place / "case.json").write_text(json.dumps({"failed": reason[:500]}))


def store(place: Path, model: bytes, arrays: dict, estimator, case: dict):
    place.mkdir(parents=True, exist_ok=True)
    (place / "model.onnx").write_bytes(model)
    np.savez(place / "data.npz", **arrays)
    (place / "estimator.pkl").write_bytes(pickle.dumps(estimator))
    (place / "case.json").write_text(json.dumps(case))


def check_values(place: Path):
    """The same for estimators that have values themselves: differences as shares of the largest one."""
    arrays = dict(np.load(place / "data.npz"))
    [file] = glob.glob(str(place / "out/networks/*/values/[0-9]*.npz"))
    found = dict(np.load(file))
    estimator = pickle.loads((place / "estimator.pkl").read_bytes())
    worst = largest = 0.0
    # Labels of a language model are ids of tokens, which tables number among those that follow some text.
    labels = next((arrays[name] for name in ("labels", "y", "target") if name in arrays), None)
    for row, sample in zip(found["values"], found["sample"]):
        label = 17 if labels is None else labels[sample]
        v = estimator.values(arrays, int(sample), int(label), PLAYERS)
        worst = max(worst, float(np.abs(v - v[0] - row).max()))
        largest = max(largest, float(np.abs(v - v[0]).max()))
    excess = worst / (getattr(estimator, "tolerance", 1e-4) * largest)
    print(json.dumps({"excess": excess, "worst": worst, "largest": largest, "samples": len(found["values"])}))


def check(place: Path):
    if json.loads((place / "case.json").read_text()).get("hasValues"):
        return check_values(place)
    data = np.load(place / "data.npz")
    x = data["x"].astype("f4")
    [file] = glob.glob(str(place / "out/networks/*/values/[0-9]*.npz"))
    found = dict(np.load(file))
    estimator = pickle.loads((place / "estimator.pkl").read_bytes())
    coalitions = 2**PLAYERS
    exclusive = getattr(estimator, "kind", None) != "sigmoids"
    worst = excess = largest = 0.0
    # Columns of the library's probabilities go by its own classes, or else by their numbers.
    names = list(getattr(estimator, "classes_", range(1000)))
    for row, sample, label in zip(found["values"], found["sample"], data["y"][found["sample"]]):
        keep = np.array([[f >= PLAYERS or mask >> f & 1 for f in range(FEATURES)] for mask in range(coalitions)])
        p = estimator.predict_proba(np.where(keep, x[int(sample)], 0).astype("f4")).astype("f8")
        with np.errstate(divide="ignore"):
            column = names.index(int(label))
            own = p[:, column]
            others = np.delete(p, column, 1).sum(1) if exclusive else 1 - own
            v = np.log(own) - np.log(others)
        # What rounding of probabilities near 0 and 1 to float32 does to their log-odds, and 1e-4 beside it.
        allowed = 1e-4 + 2.0**-22 * (1 / own + 1 / others)
        error = np.abs(v - v[0] - row)
        excess = max(excess, float((error / (allowed + allowed[0])).max()))
        worst = max(worst, float(error.max()))
        v = v - v[0]
        largest = max(largest, float(np.abs(v).max()))
    print(json.dumps({"excess": excess, "worst": worst, "largest": largest, "samples": len(found["values"])}))


if __name__ == "__main__":
    {"export": export, "check": check}[sys.argv[1]](Path(sys.argv[2]))
