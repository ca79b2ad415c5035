"""Public Android rules of model_press."""

load("//tools/android/private:android_app.bzl", _android_app = "android_app")

android_app = _android_app
