"""Which point to try next: constrained expected improvement over scikit-learn's Gaussian processes.

Each figure gets a process of its own. A point is worth its expected improvement on the best trial that keeps the
bounds, times the probability that it keeps them (Gardner et al., "Bayesian Optimization with Inequality Constraints",
ICML 2014). While none keeps them, the probability alone counts.
"""

import warnings
from collections.abc import Sequence

import numpy as np
from scipy import stats
from scipy.stats import qmc
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor, kernels

from model_press.search.outcome import FIGURES, Bounds, Goal, Outcome, rejections
from model_press.search.space import Point, Space

# Points spread evenly before the processes have something to go by: two a parameter and one.
_START_EACH = 2


def propose(space: Space, bounds: Bounds, goal: Goal, known: Sequence[Outcome], seed: int) -> Point:
    """Return the next unknown point; the same arguments give the same point.

    Args:
      known: finished trials, fewer than the space has points.
      seed: of the first points.
    """
    tried = {outcome.point for outcome in known}
    free = [point for point in space.points() if point not in tried]
    made = [outcome for outcome in known if not outcome.failure]
    start = _START_EACH * len(space.parameters) + 1
    if len(known) < start or len(made) < 2:
        return _nearest(free, _spread(space, start + len(known), seed)[len(known)], space)
    places = np.array([_coordinates(space, outcome.point) for outcome in made])
    wanted = np.array([_coordinates(space, point) for point in free])
    chance = np.ones(len(free))
    for name in FIGURES:
        bound = getattr(bounds, name)
        if bound is not None:
            values = np.array([getattr(outcome, name) for outcome in made])
            mean, deviation = _predict(places, values, wanted)
            chance *= stats.norm.cdf((bound - mean) / deviation)
    good = [getattr(each, goal) for each in made if not any(rejections(each, bounds))]
    worth = chance
    if good:
        values = np.array([getattr(outcome, goal) for outcome in made])
        mean, deviation = _predict(places, values, wanted)
        worth = chance * _improvement(min(good), mean, deviation)
    return free[int(worth.argmax())]


def _improvement(best: float, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Return the expected improvement below `best` (Jones et al., 1998)."""
    gain = (best - mean) / deviation
    improvement: np.ndarray = deviation * (gain * stats.norm.cdf(gain) + stats.norm.pdf(gain))
    return improvement


def _predict(
    places: np.ndarray, values: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and standard deviation at the wanted places of a process through the values."""
    smooth = kernels.Matern(np.ones(places.shape[1]), (0.05, 20.0), nu=2.5)
    kernel = kernels.ConstantKernel(1.0, (0.01, 100.0)) * smooth
    noise = kernels.WhiteKernel(1e-3, (1e-6, 0.3))
    process = GaussianProcessRegressor(kernel + noise, normalize_y=True)
    with warnings.catch_warnings():
        # A parameter that changes nothing has a length scale at its limit.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(places, values)
        mean, deviation = process.predict(wanted, return_std=True)
    return mean, np.maximum(deviation, 1e-9)


def _coordinates(space: Space, point: Point) -> list[float]:
    """Return a place in the unit cube: numbers by rank, choices one coordinate each."""
    found: list[float] = []
    for parameter, index in zip(space.parameters, point, strict=True):
        count = len(parameter.values)
        if parameter.choices:
            found += [float(index == other) for other in range(count)]
        else:
            found.append(index / max(count - 1, 1))
    return found


def _spread(space: Space, count: int, seed: int) -> list[list[float]]:
    """Return points that cover the unit cube evenly, one coordinate per parameter."""
    places: list[list[float]] = qmc.Halton(len(space.parameters), seed=seed).random(count).tolist()
    return places


def _nearest(free: list[Point], place: list[float], space: Space) -> Point:
    def distance(point: Point) -> tuple[float, Point]:
        steps = zip(point, place, space.shape, strict=True)
        return sum(((index + 0.5) / count - at) ** 2 for index, at, count in steps), point

    return min(free, key=distance)
