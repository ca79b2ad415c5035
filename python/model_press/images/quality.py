"""Names the defects of a set of images before anything is measured on it.

Each function returns None, or one line that says what was found, what is expected and how to fix it.
"""

import hashlib

import numpy as np

from model_press.images.image_set import UNLABELED

# Together the pixels use this much of 0..255: less means that they were scaled, or are too dark or flat to show a model
# its usual activations.
MIN_SPAN = 192
# Neighbouring pixels of photographs correlate by 0.8 to 0.99, of drawings and digits by more than 0.5, of noise by 0.
_MIN_CORRELATION = 0.2
# More copies than this share is not an accident of similar photographs.
_MAX_COPIES = 0.1
# This many labelled images of one class are not a coincidence.
_MANY_OF_ONE_CLASS = 8
_SAMPLE = 64


def warnings(images: np.ndarray, classes: np.ndarray, class_count: int | None) -> list[str]:
    """Return the defects of a set.

    Args:
      images: uint8 [N, H, W, 3].
      classes: int32 [N], -1 where unlabelled.
      class_count: number of classes that there are, if known.
    """
    found = (copies(images), noise(images), scaled(images), one_class(classes, class_count))
    return [line for line in found if line]


def copies(images: np.ndarray) -> str | None:
    """Report identical images: a result on them is a result on one image."""
    digests = [hashlib.sha256(image.tobytes()).digest() for image in images]
    distinct = len(set(digests))
    if len(images) > 1 and distinct == 1:
        return f"the {len(images)} images are all the same image; give different ones"
    extra = len(images) - distinct
    if extra > _MAX_COPIES * len(images):
        first = next(i for i, digest in enumerate(digests) if digest in digests[:i])
        return (
            f"{extra} of {len(images)} images are copies of others (image {first} is image "
            f"{digests.index(digests[first])}); give different ones"
        )
    return None


def noise(images: np.ndarray) -> str | None:
    """Report random noise: unlike in a photograph, neighbouring pixels are uncorrelated."""
    found = float(np.median([_neighbour_correlation(image) for image in _sample(images)]))
    if found >= _MIN_CORRELATION:
        return None
    return (
        f"the images look like random noise (neighbouring pixels correlate by {found:.2f}, in pictures by 0.5 or "
        "more); give images like those the app will see"
    )


def scaled(images: np.ndarray) -> str | None:
    """Report pixels that were scaled before they were stored, or are nearly all dark or flat."""
    low = min(int(image.min()) for image in images)
    high = max(int(image.max()) for image in images)
    if high - low >= MIN_SPAN:
        return None
    return (
        f"the pixels lie between {low} and {high}; raw RGB pixels of real images span at least {MIN_SPAN} of 0 to 255: "
        "give them unscaled"
    )


def one_class(classes: np.ndarray, class_count: int | None) -> str | None:
    """Report a labelled set of a single class: a model that always answers it would look perfect."""
    labelled = classes[classes != UNLABELED]
    if len(labelled) < _MANY_OF_ONE_CLASS or class_count == 1 or len(np.unique(labelled)) > 1:
        return None
    return (
        f"all {len(labelled)} labelled images are of class {labelled[0]}; an accuracy on one class says nothing: give "
        "images of every class"
    )


def overlap(images: np.ndarray, others: np.ndarray, name: str) -> str | None:
    """Report images that are also in another set, which the model or its ranges were fitted to.

    Args:
      images, others: uint8 [N, H, W, 3] and [M, H, W, 3].
      name: what the other set is called.
    """
    known = {hashlib.sha256(image.tobytes()).digest() for image in others}
    same = [
        i for i, image in enumerate(images) if hashlib.sha256(image.tobytes()).digest() in known
    ]
    if not same:
        return None
    return (
        f"{len(same)} of {len(images)} images (the first is image {same[0]}) are also in {name}; evaluate on images "
        "that neither training nor calibration has seen"
    )


def channel_order(
    scores: np.ndarray, exchanged: np.ndarray, classes: np.ndarray | None
) -> str | None:
    """Report blue-first images: a trained model recognises them much better with red and blue swapped.

    Args:
      scores: [N, classes] class probabilities of the images as given.
      exchanged: the same of the images with the first and last channel exchanged.
      classes: int32 [N], the right classes, or None where unlabelled: then the model's own confidence counts.
    """
    if classes is None:
        what, given, swapped = "confidence", scores.max(1), exchanged.max(1)
    else:
        what = "accuracy"
        given, swapped = (
            (answers.argmax(1) == classes).astype(float) for answers in (scores, exchanged)
        )
    gain = swapped - given
    error = gain.std() / np.sqrt(len(gain))
    # Clearly: a gain beyond chance (three standard errors) and of a size that matters.
    if gain.mean() <= max(0.05, 3 * error):
        return None
    return (
        f"the images look like BGR: {what} is {given.mean():.1%} as given and {swapped.mean():.1%} with red and blue "
        "exchanged; store RGB"
    )


def _sample(images: np.ndarray) -> np.ndarray:
    """Return at most _SAMPLE images, evenly spread."""
    step = max(1, len(images) // _SAMPLE)
    return images[::step][:_SAMPLE]


def _neighbour_correlation(image: np.ndarray) -> float:
    """Return the Pearson correlation of pixels with their right and lower neighbours; 1 for a flat image."""
    grey = image.mean(2)
    pairs = [(grey[:, :-1], grey[:, 1:]), (grey[:-1], grey[1:])]
    found = []
    for first, second in pairs:
        a, b = first - first.mean(), second - second.mean()
        power = np.sqrt((a * a).sum() * (b * b).sum())
        found.append(float((a * b).sum() / power) if power > 0 else 1.0)
    return sum(found) / len(found)
