"""make_flowers.py FOLDER: writes the files of a guide's reader: a trained network, class names and pictures."""

import pathlib
import sys

import numpy as np
import tf_keras
from model_press.keras_io import keras_file
from model_press.process import user_path
from PIL import Image, ImageDraw
from tf_keras import layers

CLASSES = ("rose", "tulip")
SIZE = 96
# Pictures of each class.
_COUNTS = {"calibration": 50, "evaluation": 50, "training": 150}


def draw(kind: str, random: np.random.Generator) -> Image.Image:
    """Return a flower on a noisy meadow, 96x96."""
    meadow = random.integers(40, 140, (12, 12, 3)) * (0.6, 1.0, 0.5)
    picture = Image.fromarray(meadow.astype(np.uint8)).resize((SIZE, SIZE))
    pen = ImageDraw.Draw(picture)
    x, y, radius = (int(random.integers(*bounds)) for bounds in ((34, 62), (34, 62), (16, 28)))
    red, other = int(random.integers(150, 255)), int(random.integers(0, 110))
    if kind == "rose":  # petals in rings, darker inside
        for ring in range(radius, 2, -5):
            fill = (red * ring // radius, other * ring // radius // 2, other * ring // radius)
            pen.ellipse([x - ring, y - ring, x + ring, y + ring], fill)
    else:  # three petals that stand, on a stem
        half = radius // 2
        pen.line([x, y, x, SIZE], (30, 120, 20), 4)
        for middle in (x - half, x + half, x):
            pen.ellipse([middle - half, y - radius, middle + half, y + half], (red, 150, other))
    # Haze, so that the net is not sure of each.
    return Image.blend(
        Image.new("RGB", picture.size, (150, 150, 150)), picture, random.uniform(0.3, 1)
    )


def write_pictures(folder: pathlib.Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Draw all pictures into `folder`; return part -> pixels uint8 [N, 96, 96, 3], classes int64 [N]."""
    random = np.random.default_rng(1)
    made = {}
    for part, count in _COUNTS.items():
        pixels = []
        for kind in CLASSES:
            # A folder for each class, but for calibration, which asks for no classes.
            home = folder / part if part == "calibration" else folder / part / kind
            home.mkdir(parents=True, exist_ok=True)
            for number in range(1, count + 1):
                picture = draw(kind, random)
                name = f"{kind}{number}.jpg" if part == "calibration" else f"{number}.jpg"
                picture.save(home / name, quality=95)
                pixels.append(np.asarray(picture))
        made[part] = np.stack(pixels), np.repeat(np.arange(len(CLASSES)), count)
    return made


def net() -> tf_keras.Model:
    """Return a small convolutional net, untrained; it takes pixels scaled to -1..1."""
    blocks = [
        layer
        for width in (32, 64, 128, 256)
        for layer in (
            layers.Conv2D(width, 3, 2, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        )
    ]
    end = [layers.GlobalAveragePooling2D(), layers.Dense(len(CLASSES), activation="softmax")]
    return tf_keras.Sequential([layers.Input((SIZE, SIZE, 3)), *blocks, *end])


def main() -> None:
    """Write the folder and say how good the net is."""
    folder = pathlib.Path(user_path.resolve(sys.argv[1]))
    data = write_pictures(folder)
    (folder / "flowers.txt").write_text("".join(kind + "\n" for kind in CLASSES))
    tf_keras.utils.set_random_seed(1)
    model = net()
    loss = tf_keras.losses.CategoricalCrossentropy(label_smoothing=0.3)
    model.compile("adam", loss, metrics=["accuracy"])
    pixels, classes = data["training"]
    model.fit(pixels / 127.5 - 1, np.eye(len(CLASSES))[classes], 32, epochs=8, verbose=2)
    pixels, classes = data["evaluation"]
    scores = model.predict(pixels / 127.5 - 1, verbose=0)
    print("accuracy:", np.mean(scores.argmax(1) == classes))
    keras_file.save(model, folder / "flowers.keras")


if __name__ == "__main__":
    main()
