"""The version of cnnlab. Here, since every room may know it, and none may know what `cnnlab` itself offers."""

__version__ = "0.1.0"
