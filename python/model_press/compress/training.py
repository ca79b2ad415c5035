"""Fine-tuning: AdamW with a warm-up and a cosine, on labels, on the original's answers, or on both."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from model_press.compress import kernels
from model_press.compress.checkpoint import Checkpoint
from model_press.compress.quantization.simulate import Simulation
from model_press.formats.compressions import Training
from model_press.formats.errors import UserError
from model_press.formats.normalization import Normalization
from model_press.images import preprocess
from model_press.keras_io.graph import is_keras_2
from model_press.process.tf_quiet import keras, tensorflow, tf_keras

THREADS = 2
# Batch normalisation may remember a tenth of the training: its default 0.99 is too long for a few hundred steps.
_MEMORIES = 10

# (images, classes) -> (loss, share of right answers), each as TensorFlow has it.
_Step = Callable[[Any, Any], tuple[Any, Any]]


class Source(Protocol):
    """Training images, epoch by epoch (see training_data.py)."""

    def epochs(self, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]: ...


class Observer:
    """Hooks around training steps, for compressions that act during training."""

    def begin(self, steps: int) -> None:
        """Prepare for a training of `steps` steps."""

    def resume(self) -> None:
        """Resume after begin(): the weights are those of the last checkpoint."""

    def before_step(self, step: int) -> None:
        """Act before a step; the first one is 0."""

    def after_step(self, step: int) -> None:
        """Act after a step."""


def make_deterministic() -> None:
    """Make every run on one machine give the same bytes; call it before anything else uses TensorFlow.

    The number of threads is fixed because it decides how sums are split.
    """
    tf = tensorflow()
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def fine_tune(
    model: Any,
    training: Training,
    source: Source,
    normalization: Normalization,
    *,
    teacher: Any | None = None,
    observers: Sequence[Observer] = (),
    simulation: Simulation | None = None,
    checkpoint: Checkpoint | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Train a classifier in place.

    Args:
      model: Keras model of either generation, float32 [N, H, W, 3] to probabilities or logits [N, classes].
      training: how.
      source: uint8 RGB images and int32 classes (-1: unknown).
      normalization: from pixels to the model's input.
      teacher: the original, for distillation.
      observers: are told of every step, in this order.
      simulation: of the model, called in its place from the step on that it names; None trains in float alone.
      checkpoint: where the state is kept, so that the same call after a kill goes on; the result is the same.
      report: takes a line for each epoch.
    Raises:
      UserError: labels are missing and nothing is distilled; fewer images than a batch; a loss that is not finite.
    """
    trainer = _Trainer(model, training, normalization, teacher, simulation)
    run = _Run(trainer, training, observers, checkpoint, report)
    for number, (pixels, classes) in enumerate(source.epochs(training.epochs, training.seed)):
        if not run.started:
            run.start(len(pixels))
        run.epoch(number, pixels, classes)
    trainer.restore()


class _Run:
    """One training on its way: counts steps, keeps checkpoints, reports epochs."""

    def __init__(
        self,
        trainer: "_Trainer",
        training: Training,
        observers: Sequence[Observer],
        checkpoint: Checkpoint | None,
        report: Callable[[str], None],
    ):
        self._trainer, self._training, self._observers = trainer, training, observers
        self._checkpoint, self._report = checkpoint, report
        self._done = 0  # steps that a checkpoint has
        self.started = False

    def start(self, images: int) -> None:
        """Plan for epochs of `images` images and restore a checkpoint."""
        steps = images // self._training.batch
        if not steps:
            raise UserError(
                f"{images} training images do not fill a batch of {self._training.batch}; give more of them, or lower "
                "training.batch of the compression"
            )
        self.started = True
        self._trainer.plan(self._training.epochs * steps)
        for observer in self._observers:
            observer.begin(self._training.epochs * steps)
        if self._checkpoint:
            self._done = self._checkpoint.restore(self._trainer.variables())
            for observer in self._observers if self._done else ():
                observer.resume()

    def epoch(self, number: int, pixels: np.ndarray, classes: np.ndarray) -> None:
        """Run the remaining steps of an epoch."""
        start, batch = time.monotonic(), self._training.batch
        steps = len(pixels) // batch
        if (number + 1) * steps <= self._done:
            return
        _check_labels(classes, self._training)
        losses, right = [], []
        for place in range(steps):
            step = number * steps + place
            if step < self._done:
                continue
            for observer in self._observers:
                observer.before_step(step)
            part = slice(place * batch, (place + 1) * batch)
            loss, accuracy = self._trainer.step(step, pixels[part], classes[part])
            for observer in self._observers:
                observer.after_step(step)
            losses.append(float(loss))
            right.append(float(accuracy))
            if self._checkpoint and (step + 1) % self._checkpoint.every == 0:
                self._checkpoint.save(step + 1, self._trainer.variables())
        if not np.all(np.isfinite(losses)):
            raise UserError(
                f"the loss is not finite in epoch {number + 1}; lower peak_rate "
                f"{self._training.peak_rate}"
            )
        self._report(
            f"epoch {number + 1}/{self._training.epochs}: loss {np.mean(losses):.3f}, accuracy "
            f"{np.mean(right):.2%}, {time.monotonic() - start:.0f} s"
        )


def _check_labels(classes: np.ndarray, training: Training) -> None:
    unknown = int((classes < 0).sum())
    if unknown and (training.distillation is None or training.distillation.weight < 1):
        raise UserError(
            f"{unknown} of {len(classes)} training images have no class; label them (class_names of the "
            "image_set) or learn from the original alone: distillation with weight 1"
        )


def gives_probabilities(model: Any) -> bool:
    """Return whether the outputs are probabilities, not logits."""
    shape = model.input_shape[1:]
    noise = np.random.default_rng(0).normal(size=(4, *shape)).astype(np.float32)
    outputs = np.asarray(model(noise, training=False))
    return bool(np.all(outputs >= 0) and np.allclose(outputs.sum(axis=1), 1, atol=1e-3))


class _Trainer:
    def __init__(
        self,
        model: Any,
        training: Training,
        normalization: Normalization,
        teacher: Any | None,
        simulation: Simulation | None,
    ):
        if training.distillation is not None and teacher is None:
            raise UserError(
                f"training.distillation has weight {training.distillation.weight}, but the original model is not "
                "given; pass it as teacher, or set distillation to null"
            )
        self._model, self._training, self._normalization = model, training, normalization
        self._teacher = teacher if training.distillation is not None else None
        self._library = tf_keras() if is_keras_2(model) else keras()
        self._logs = gives_probabilities(model)
        self._simulation = simulation
        self._step: _Step | None = None
        self._simulated_step: _Step | None = None
        self._state: list[Any] = []
        self._momenta: list[tuple[Any, float]] = []

    def restore(self) -> None:
        """Restore the settings of the model's layers."""
        for layer, momentum in self._momenta:
            layer.momentum = momentum

    def plan(self, steps: int) -> None:
        """Plan the learning rate and prepare the steps."""
        training, optimizers = self._training, self._library.optimizers
        warm_up = min(int(training.warm_up * steps) + 1, steps)
        rate = optimizers.schedules.CosineDecay(
            0.0,
            max(steps - warm_up, 1),
            warmup_target=training.peak_rate,
            warmup_steps=warm_up,
        )
        optimizer = optimizers.AdamW(rate, weight_decay=training.weight_decay)
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
        variables = self._model.trainable_variables
        optimizer.build(variables)
        tf = tensorflow()
        for layer in self._model.layers:
            if type(layer).__name__ == "BatchNormalization":
                self._momenta.append((layer, layer.momentum))
                layer.momentum = min(layer.momentum, max(0.0, 1 - _MEMORIES / steps))
        plain = [kernels.variable(variable) for variable in variables]

        def step_of(forward: Callable[[Any], Any]) -> _Step:
            @tf.function(autograph=False)
            def step(images, classes):
                targets = self._targets(tf, images, classes)
                with tf.GradientTape() as tape:
                    logs = self._log_probabilities(tf, forward(images))
                    loss = sum(
                        -tf.reduce_mean(tf.reduce_sum(t * f(logs), 1)) * s for t, f, s in targets
                    )
                gradients = tape.gradient(loss, plain)
                optimizer.apply_gradients(zip(gradients, variables, strict=True))
                right = tf.equal(tf.argmax(logs, 1, tf.int32), classes)
                return loss, tf.reduce_mean(tf.cast(right, tf.float32))

            return step

        self._step = step_of(lambda images: self._model(images, training=True))
        own = optimizer.variables
        self._state = [*self._model.weights, *(own() if callable(own) else own)]
        if self._simulation:
            self._simulation.begin(steps)
            self._simulated_step = step_of(self._simulation)
            self._state += self._simulation.variables()

    def variables(self) -> list[Any]:
        """Return the variables that training changes: weights and the optimizer's state; after plan()."""
        return self._state

    def _targets(
        self, tf: Any, images: Any, classes: Any
    ) -> list[tuple[Any, Callable[[Any], Any], float]]:
        """Return (target distribution, prediction, factor) of each part of the loss."""
        training, parts = self._training, []
        share = training.distillation.weight if training.distillation else 0.0
        if share < 1:
            count = self._model.output_shape[1]
            smoothed = tf.one_hot(classes, count) * (1 - training.label_smoothing)
            parts.append(
                (smoothed + training.label_smoothing / count, lambda logs: logs, 1 - share)
            )
        if share:
            heat = training.distillation.temperature
            answers = self._log_probabilities(tf, self._teacher(images, training=False))
            soft = tf.nn.softmax(answers / heat)
            # Gradients shrink by the square of the temperature: the factor makes up for it.
            parts.append((soft, lambda logs: tf.nn.log_softmax(logs / heat), share * heat**2))
        return parts

    def _log_probabilities(self, tf: Any, outputs: Any) -> Any:
        if self._logs:
            return tf.math.log(tf.maximum(outputs, 1e-7))
        return tf.nn.log_softmax(outputs)

    def step(self, number: int, pixels: np.ndarray, classes: np.ndarray) -> tuple[Any, Any]:
        tf = tensorflow()
        images = preprocess.normalize(pixels, self._normalization)
        simulated = self._simulation is not None and number >= self._simulation.first_step
        step = self._simulated_step if simulated else self._step
        return step(tf.constant(images), tf.constant(classes))
