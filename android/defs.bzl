"""Public Android rules of model_press."""

load("//tools/android/private:android_app.bzl", _android_app = "android_app")
load("//tools/android/private:apk_test.bzl", _apk_test = "apk_test")
load("//tools/android/private:robolectric_test.bzl", _robolectric_test = "robolectric_test")

android_app = _android_app
apk_test = _apk_test
robolectric_test = _robolectric_test
