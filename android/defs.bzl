"""Public Android rules of model_press."""

load("//android/private:android_aar.bzl", _android_aar = "android_aar")
load("//android/private:android_app.bzl", _android_app = "android_app")
load("//android/private:android_app_per_abi.bzl", _android_app_per_abi = "android_app_per_abi")
load("//android/private:android_bundle.bzl", _android_bundle = "android_bundle")
load("//android/private:android_install.bzl", _android_install = "android_install")
load("//android/private:android_library.bzl", _android_library = "android_library")
load("//android/private:apk_test.bzl", _apk_test = "apk_test")
load("//android/private:robolectric_test.bzl", _robolectric_test = "robolectric_test")

android_aar = _android_aar
android_app = _android_app
android_app_per_abi = _android_app_per_abi
android_bundle = _android_bundle
android_install = _android_install
android_library = _android_library
apk_test = _apk_test
robolectric_test = _robolectric_test
