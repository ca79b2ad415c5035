"""The images that the models are trained, calibrated and tested on, all from package registries."""
