"""What every peer in Python is told on its command line, and what it tells at its end.

It is the same as for those in Rust: URL SOURCE TARGET IN_FLIGHT EVENTS, and one line of JSON.
"""

import json
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass

import pika

# Handlers run in processes that are forked, so they see what is made before.
multiprocessing.set_start_method("fork", force=True)


@dataclass(frozen=True)
class Hop:
    url: str
    source: str
    target: str
    in_flight: int
    events: int


def from_arguments():
    url, source, target, in_flight, events = sys.argv[1:]
    return Hop(url, source, target, int(in_flight), int(events))


class Watch:
    """Counts events in several processes, and measures from the first to the last."""

    def __init__(self, events):
        self._events = events
        self._lock = multiprocessing.Lock()
        self._done = multiprocessing.Value("Q", 0, lock=False)
        self._first = multiprocessing.Value("d", 0.0, lock=False)
        self._last = multiprocessing.Value("d", 0.0, lock=False)
        self._own = multiprocessing.Value("d", 0.0, lock=False)
        self._mine = {}

    def arrive(self):
        """An event has come."""
        if self._mine.get("process") != os.getpid():
            self._mine = {"process": os.getpid(), "used": time.process_time()}
            with self._lock:
                if self._first.value == 0.0:
                    self._first.value = time.monotonic()

    def finish(self):
        """An event is done."""
        with self._lock:
            used = time.process_time()
            self._own.value += used - self._mine["used"]
            self._mine["used"] = used
            self._done.value += 1
            if self._done.value == self._events:
                self._last.value = time.monotonic()

    def wait(self, processes):
        """Waits for the last event, and until it is settled."""
        while self._last.value == 0.0:
            if not all(process.is_alive() for process in processes):
                raise RuntimeError("a process ended before all events were done")
            time.sleep(0.01)
        time.sleep(0.5)

    def tell(self):
        """Tells what all of them took."""
        told = {
            "elapsed_seconds": self._last.value - self._first.value,
            "own_seconds": self._own.value,
        }
        print(json.dumps(told), flush=True)


def processed(order):
    """What a step of the process makes of an order."""
    order["hops"] += 1
    return order


def run(watch, *works):
    """Runs each of these in a process of its own until all events are done."""
    processes = [multiprocessing.Process(target=work) for work in works]
    for process in processes:
        process.start()
    try:
        watch.wait(processes)
    finally:
        stop(processes)


def stop(processes):
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()


class Carrier:
    """Carries orders between the benchmark's queues and those of frameworks with messages of their
    own. What it does is not measured."""

    def __init__(self, hop):
        self._hop = hop
        self._connection = pika.BlockingConnection(pika.URLParameters(hop.url))
        self._channel = self._connection.channel()
        self._channel.confirm_delivery()

    def bring(self, send):
        """Sends each order of the source."""
        for order in self._take(self._hop.source):
            send(order)

    def fetch(self, queue, order_of):
        """Puts the order in each message of a queue into the target."""
        properties = pika.BasicProperties(delivery_mode=2)
        for message in self._take(queue):
            body = json.dumps(order_of(message)).encode()
            self._channel.basic_publish(
                "", self._hop.target, body, properties, mandatory=True
            )

    def remove(self, *queues):
        for queue in queues:
            self._channel.queue_delete(queue)
        self._connection.close()

    def _take(self, queue):
        """All messages of a queue; as many as there are events."""
        for _ in range(self._hop.events):
            method, _, body = self._channel.basic_get(queue, auto_ack=True)
            if method is None:
                raise RuntimeError(f"messages are missing in {queue}")
            yield json.loads(body)
