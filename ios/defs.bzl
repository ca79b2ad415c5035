"""Public iOS rules of model_press."""

load("//ios/private:ios_bundle.bzl", _ios_bundle = "ios_bundle", _ios_resources = "ios_resources", _swift_class = "swift_class")

ios_bundle = _ios_bundle
ios_resources = _ios_resources
swift_class = _swift_class
