"""What an untrusted file is, and what of it may be kept: runs in a process of its own.

Whatever a parser can be made to do by a file, it does here: with little memory and time, without
the service's secrets and connections, and with one file of limited size to write to.
"""
