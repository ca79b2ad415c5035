"""The program behind compressed_model: a Keras model and a compression in, a smaller Keras model out."""

import argparse
import os

from model_press.process import command_line, tf_quiet


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, help=".keras or .h5, as import-model wrote it")
    parser.add_argument("--info", required=True, help="its description by import-model")
    parser.add_argument("--compression", required=True, help="the recipe, JSON")
    parser.add_argument("--training-images", help="uint8 [N,H,W,3] .npy")
    parser.add_argument("--training-classes", help="int32 [N] .npy, with --training-images")
    parser.add_argument("--generator", help="program that writes each epoch's images, --seed=N")
    parser.add_argument("--generator-arg", action="append", default=[])
    parser.add_argument("--no-fine-tuning", action="store_true")
    parser.add_argument(
        "--checkpoint", help="file that keeps an unfinished training; for long ones, run by hand"
    )
    parser.add_argument("--checkpoint-every", type=int, default=200, help="steps between two saves")
    parser.add_argument("--out-model", required=True)
    parser.add_argument("--out-info", required=True)
    parser.add_argument("--out-report", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    # oneDNN's convolutions train 3.5 times faster than Eigen's, at the price that another kind of processor
    # sums in another order. TensorFlow reads this when it is imported, hence here.
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    tf_quiet.tensorflow()
    from model_press.compress import compress, training, training_data
    from model_press.formats import compressions, model_info
    from model_press.images import image_set

    compression = compressions.read(options.compression)
    info = model_info.read(options.info)
    training.make_deterministic()
    source = None
    if options.generator:
        command = [os.path.abspath(options.generator), *options.generator_arg]
        source = training_data.GeneratedImages(command, info.classes)
    elif options.training_images:
        pixels, classes = image_set.from_arrays(
            options.training_images, options.training_classes, info.classes
        )
        source = training_data.FixedImages(pixels, classes)
    checkpoint = None
    if options.checkpoint:
        checkpoint = compress.checkpoint_of(
            options.checkpoint, options.checkpoint_every, info, compression
        )
    model, report = compress.compress(
        options.model, info, compression, source, not options.no_fine_tuning, checkpoint
    )
    compress.write(model, report, info, options.out_model, options.out_info, options.out_report)


COMMAND = command_line.Command(
    "compress", "make a smaller Keras model by a compression", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
