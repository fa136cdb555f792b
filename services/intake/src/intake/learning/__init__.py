"""Learning from what the office decided; the only room that imports scikit-learn and NumPy."""
