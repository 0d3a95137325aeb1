"""Starting the processes of one machine: broker, worker, beat, web."""

from portal.serving.broker import embedded_broker
from portal.serving.processes import Processes

__all__ = ["Processes", "embedded_broker"]
