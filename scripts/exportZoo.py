"""python exportZoo.py FOLDER: classifiers of other libraries as ONNX files, with what their own libraries predict.

Writes FOLDER/data-<k>.npz (x, y: samples of k classes) and, for every model, <name>.onnx, <name>.json (which data, what
the predictions are) and <name>.npz: `p` [samples, 2^6, outputs], the library's own predictions, float64, on every
sample with the features outside of each coalition set to 0. Needs numpy, scikit-learn, skl2onnx, onnxruntime; and
lightgbm, xgboost with onnxmltools, and torch, where they are to be tried: what is missing is listed on the last line.
"""
import itertools, json, pathlib, sys, warnings
import numpy as np

warnings.filterwarnings("ignore")
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
F, N = 6, 120
rng = np.random.default_rng(0)


def data(k):
    x = rng.normal(size=(N, F)).astype("f4")
    centres = 1.5 * rng.normal(size=(k, F))
    y = np.arange(N) % k
    x += centres[y].astype("f4")
    np.savez(folder / f"data-{k}.npz", x=x, y=y.astype("i8"))
    return x, y


sets = {2: data(2), 3: data(3)}
masks = np.array([[m >> f & 1 for f in range(F)] for m in range(2**F)], "f4")


def save(name, k, onnx, predict, kind="probabilities", **more):
    """`predict` gives the outputs of rows [n, F]; kind is how they are to be read."""
    x, _ = sets[k]
    rows = (x[:, None, :] * masks[None]).reshape(-1, F)
    p = np.asarray(predict(rows), "f8").reshape(N, 2**F, -1)
    content = onnx if isinstance(onnx, bytes) else onnx.SerializeToString()
    (folder / f"{name}.onnx").write_bytes(content)
    if "refused" not in more:
        exported = one_by_one(content, rows, p.shape[2]).reshape(p.shape)
        if abs(exported - p).max() > 1e-3 * (1 + abs(p).max()):
            deviating.append(f"{name} (by {abs(exported - p).max():.2g})")
            p = exported
    np.savez(folder / f"{name}.npz", p=p)
    (folder / f"{name}.json").write_text(json.dumps({"data": f"data-{k}.npz", "kind": kind, **more}))


def one_by_one(content, rows, width):
    """Outputs of the exported file, a row a run."""
    import onnxruntime as ort
    session = ort.InferenceSession(content)
    names = [o.name for o in session.get_outputs() if o.type == "tensor(float)"]
    feed = session.get_inputs()[0].name
    return np.array([session.run(names[:1], {feed: row[None]})[0].reshape(-1)[:width] for row in rows], "f8")


missing, deviating = [], []


def scikit_learn():
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.ensemble import (AdaBoostClassifier, BaggingClassifier, ExtraTreesClassifier, GradientBoostingClassifier,
                                  HistGradientBoostingClassifier, RandomForestClassifier, VotingClassifier)
    from sklearn.linear_model import LogisticRegression, SGDClassifier
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    def convert(model, **options):
        return convert_sklearn(model, initial_types=[("x", FloatTensorType([None, F]))], target_opset={"": 17, "ai.onnx.ml": 3},
                               options={id(model): {"zipmap": False, **options}})

    models = {
        "logistic": lambda: LogisticRegression(),
        "mlp": lambda: MLPClassifier((8,), max_iter=300, random_state=0),
        "forest": lambda: RandomForestClassifier(30, max_depth=5, random_state=0),
        "extra-trees": lambda: ExtraTreesClassifier(30, max_depth=4, random_state=0),
        "tree": lambda: DecisionTreeClassifier(max_depth=3, random_state=0),
        "boosting": lambda: GradientBoostingClassifier(n_estimators=20, random_state=0),
        "hist-boosting": lambda: HistGradientBoostingClassifier(max_iter=20, random_state=0),
        "ada-boost": lambda: AdaBoostClassifier(n_estimators=10, random_state=0),
        "bagging": lambda: BaggingClassifier(LogisticRegression(), n_estimators=5, random_state=0),
        "voting": lambda: VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], voting="soft"),
        "neighbours": lambda: KNeighborsClassifier(7),
        "bayes": lambda: GaussianNB(),
        "discriminant": lambda: LinearDiscriminantAnalysis(),
        "scaled": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
        "one-against-rest": lambda: OneVsRestClassifier(LogisticRegression()),
        "calibrated": lambda: CalibratedClassifierCV(SGDClassifier(random_state=0), cv=2),
    }
    for (name, make), k in itertools.product(models.items(), sets):
        try:
            model = make().fit(*sets[k])
            save(f"sklearn-{name}-{k}", k, convert(model), model.predict_proba)
        except Exception as error:
            missing.append(f"sklearn-{name}-{k} ({type(error).__name__}: {str(error)[:80]})")
    x, y = sets[3]
    machine = SVC(probability=True, random_state=0).fit(x, y)
    save("sklearn-support-vectors-3", 3, convert(machine), machine.predict_proba)
    # Trained on the labels 1 and 3 of the data of three: the model names its outputs.
    some = LogisticRegression().fit(*sets[2])
    renamed = LogisticRegression().fit(sets[2][0], 2 * sets[2][1] + 1)
    np.savez(folder / "data-13.npz", x=sets[2][0], y=2 * sets[2][1] + 1)
    save("sklearn-labels-1-and-3", 2, convert(renamed), some.predict_proba)
    (folder / "sklearn-labels-1-and-3.json").write_text(json.dumps({"data": "data-13.npz", "kind": "probabilities"}))
    maps = convert_sklearn(some, initial_types=[("x", FloatTensorType([None, F]))], target_opset={"": 17, "ai.onnx.ml": 3})
    save("sklearn-maps", 2, maps, some.predict_proba, refused="zipmap=False")
    scores = SVC(random_state=0).fit(*sets[2])
    margin = scores.decision_function
    save("sklearn-scores-2", 2, convert(scores), lambda rows: np.stack([-margin(rows), margin(rows)], 1), "logits",
         said="support vector machine")
    quantised(convert(MLPClassifier((8,), max_iter=300, random_state=0).fit(x, y)))


def quantised(onnx):
    """An MLP in int8 with ranges of each batch: what it predicts is what it gives a row at a time."""
    import onnxruntime as ort
    from onnxruntime.quantization import quantize_dynamic
    source, target = folder / "float.tmp", folder / "int8.tmp"
    source.write_bytes(onnx.SerializeToString())
    quantize_dynamic(str(source), str(target))
    session = ort.InferenceSession(str(target))
    output = session.get_outputs()[1].name
    one = lambda row: session.run([output], {"x": row[None]})[0][0]
    save("dynamic-int8", 3, target.read_bytes(), lambda rows: [one(row) for row in rows], said="row by row")
    source.unlink(), target.unlink()


def boosters():
    from onnxmltools import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType
    import lightgbm, xgboost
    types = [("x", FloatTensorType([None, F]))]
    for k, (x, y) in sets.items():
        light = lightgbm.LGBMClassifier(n_estimators=15, min_child_samples=5, verbose=-1).fit(x, y)
        save(f"lightgbm-{k}", k, convert_lightgbm(light, initial_types=types, zipmap=False, target_opset=15), light.predict_proba)
        try:
            gradient = xgboost.XGBClassifier(n_estimators=15).fit(x, y)
            save(f"xgboost-{k}", k, convert_xgboost(gradient, initial_types=types, target_opset=15), gradient.predict_proba)
        except Exception as error:
            missing.append(f"xgboost-{k} ({type(error).__name__}: {str(error)[:80]})")


def torch_networks():
    import io, torch
    from torch import nn
    torch.manual_seed(0)

    class Shares(nn.Module):
        def __init__(self, body, end):
            super().__init__()
            self.body, self.end = body, end

        def forward(self, x):
            return self.end(self.body(x))

    def trained(k, width=None, norm=False):
        x, y = (torch.as_tensor(part) for part in sets[k])
        middle = [nn.BatchNorm1d(16)] if norm else []
        body = nn.Sequential(nn.Linear(F, 16), *middle, nn.ReLU(), nn.Linear(16, width or k))
        step = torch.optim.Adam(body.parameters(), 0.02)
        for _ in range(150):
            z = body(x)
            loss = nn.functional.binary_cross_entropy_with_logits(z[:, 0], y.float()) if width == 1 else nn.functional.cross_entropy(z, y)
            step.zero_grad(), loss.backward(), step.step()
        return body.eval()

    def export(name, k, model, kind, training=None, **more):
        buffer = io.BytesIO()
        model.eval() if training is None else model.train()
        mode = torch.onnx.TrainingMode.EVAL if training is None else torch.onnx.TrainingMode.TRAINING
        torch.onnx.export(model, torch.zeros(2, F), buffer, input_names=["x"], output_names=["z"], dynamo=False, training=mode,
                          do_constant_folding=training is None, dynamic_axes={"x": {0: "b"}, "z": {0: "b"}}, opset_version=17)
        with torch.no_grad():
            save(name, k, buffer.getvalue(), lambda rows: model.double()(torch.as_tensor(rows).double()).numpy(), kind, **more)

    export("torch-logits-3", 3, trained(3), "logits")
    export("torch-norm-3", 3, trained(3, norm=True), "logits")
    export("torch-softmax-3", 3, Shares(trained(3), nn.Softmax(1)), "probabilities")
    export("torch-log-softmax-3", 3, Shares(trained(3), nn.LogSoftmax(1)), "logits")
    export("torch-sigmoids-3", 3, Shares(trained(3), nn.Sigmoid()), "sigmoids")
    export("torch-logit-2", 2, trained(2, 1), "logits")
    export("torch-sigmoid-2", 2, Shares(trained(2, 1), nn.Sigmoid()), "probabilities")
    export("torch-squeezed-2", 2, Shares(trained(2, 1), nn.Flatten(0)), "logits")
    export("torch-dropout-3", 3, Shares(nn.Dropout(0.5), trained(3)), "logits", training=True, refused="two runs on the same inputs")


for part in (scikit_learn, boosters, torch_networks):
    try:
        part()
    except ImportError as error:
        missing.append(f"{part.__name__} ({error})")
print("exported otherwise than the library predicts, and held against the export itself:", "; ".join(deviating) or "none")
print("not made:", "; ".join(missing) or "none")
