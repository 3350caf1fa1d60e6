"""What your load balancer does when you add a server: all deployed systems, by their own rules.

``python -m experiments.run servers`` adds, deletes, marks down and reweights a server of each system, and
says what moves, what would have to, and how even the servers are.
"""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
