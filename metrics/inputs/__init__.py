"""The inputs of a run: read from the tables, kept in one file, read again to verify."""

from metrics.inputs.arrays import FORMULA_VERSION, Inputs
from metrics.inputs.files import load_inputs, save_inputs
from metrics.inputs.reading import read_inputs

__all__ = ["FORMULA_VERSION", "Inputs", "load_inputs", "read_inputs", "save_inputs"]
