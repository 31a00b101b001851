"""The hop with dramatiq, in two processes of eight threads."""

import signal
import threading

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from hop import Carrier, Watch, from_arguments, processed, run

hop = from_arguments()
watch = Watch(hop.events)
PLACED, PRICED = f"{hop.source}.dramatiq", f"{hop.target}.dramatiq"


def connect():
    broker = RabbitmqBroker(url=hop.url, confirm_delivery=True, middleware=[])
    dramatiq.set_broker(broker)

    @dramatiq.actor(queue_name=PRICED, broker=broker)
    def take(order):
        pass

    @dramatiq.actor(queue_name=PLACED, broker=broker)
    def step(order):
        watch.arrive()
        take.send(processed(order))
        watch.finish()

    return broker, step


def work():
    broker, _ = connect()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker = dramatiq.Worker(
        broker, queues={PLACED}, worker_threads=8, worker_timeout=100
    )
    worker.start()
    stop.wait()
    worker.stop()


broker, step = connect()
carrier = Carrier(hop)
carrier.bring(step.send)
broker.close()
run(watch, work, work)
carrier.fetch(PRICED, lambda message: message["args"][0])
carrier.remove(*(queue + end for queue in (PLACED, PRICED) for end in ("", ".DQ", ".XQ")))
watch.tell()
