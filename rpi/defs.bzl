"""Public Raspberry Pi rules of model_press."""

load("//rpi/private:pi_deb.bzl", _pi_deb = "pi_deb")
load("//rpi/private:pi_deploy.bzl", _pi_deploy = "pi_deploy")
load("//rpi/private:pi_runner.bzl", _pi_runner = "pi_runner")

pi_deb = _pi_deb
pi_deploy = _pi_deploy
pi_runner = _pi_runner
