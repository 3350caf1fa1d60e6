"""Peers: what others offer for the same work, timed beside our algorithms in the same rounds.

One peer, or one library, is one module that calls :func:`peer`; :func:`peers` finds the modules by
themselves, no list is kept. Libraries are the optional extra ``peers``; what is not installed is a row that
says so.
"""

from experiments.peers.peer import CallOf, Disagrees, Peer, Task, peer, peers

__all__ = ["CallOf", "Disagrees", "Peer", "Task", "peer", "peers"]
