"""Learning from what the office has decided: the only room that knows a learning library.

`classifier` suggests with NumPy alone; only `training` imports scikit-learn, and only the tool
`train` imports that.
"""
