"""`python -m intake conformance`: a vendor proves a new channel before it goes to work.

office    posts to intake as a channel's client should, and looks at each answer
client    stands before intake as a proxy: forwards, is busy, is away, loses answers,
          and looks at how the vendor's own client goes on
"""

from intake.tools.conformance.command import main

__all__ = ["main"]
