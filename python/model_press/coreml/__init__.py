"""Core ML variants: conversion, compression, reproducible packages, and an evaluator that needs no Apple machine."""
