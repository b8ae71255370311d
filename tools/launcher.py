#!python
"""Starts Nextchair, with gevent in place before anything else loads."""

from gevent import monkey

monkey.patch_all()

from server.cli import main

main()
