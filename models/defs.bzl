"""Public rules of model_press."""

load("//models/private:accuracy_test.bzl", _accuracy_test = "accuracy_test")
load("//models/private:calibration_report.bzl", _calibration_report = "calibration_report")
load("//models/private:delegation_test.bzl", _delegation_test = "delegation_test")
load("//models/private:evaluation.bzl", _evaluation = "evaluation")
load("//models/private:image_set.bzl", _image_set = "image_set")
load("//models/private:images_test.bzl", _images_test = "images_test")
load("//models/private:keras_model.bzl", _keras_model = "keras_model")
load("//models/private:latency_test.bzl", _latency_test = "latency_test")
load("//models/private:memory_test.bzl", _memory_test = "memory_test")
load("//models/private:model_variants.bzl", _model_variants = "model_variants")
load("//models/private:parity_test.bzl", _parity_test = "parity_test")
load("//models/private:recipe.bzl", _recipe = "recipe")
load("//models/private:reproducible_test.bzl", _reproducible_test = "reproducible_test")
load("//models/private:runtime.bzl", _runtime = "runtime")
load("//models/private:runtime_test.bzl", _runtime_test = "runtime_test")
load("//models/private:size_test.bzl", _size_test = "size_test")
load("//models/private:tflite_variant.bzl", _tflite_variant = "tflite_variant")

accuracy_test = _accuracy_test
calibration_report = _calibration_report
delegation_test = _delegation_test
evaluation = _evaluation
image_set = _image_set
images_test = _images_test
keras_model = _keras_model
latency_test = _latency_test
memory_test = _memory_test
model_variants = _model_variants
parity_test = _parity_test
recipe = _recipe
reproducible_test = _reproducible_test
runtime = _runtime
runtime_test = _runtime_test
size_test = _size_test
tflite_variant = _tflite_variant
