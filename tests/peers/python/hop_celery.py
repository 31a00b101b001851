"""The hop with Celery, in a pool of forked processes."""

from celery import Celery

from hop import Carrier, Watch, from_arguments, processed, run

hop = from_arguments()
watch = Watch(hop.events)
PLACED, PRICED = f"{hop.source}.celery", f"{hop.target}.celery"
PROCESSES = 4

app = Celery("hop", broker=hop.url)
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options={"confirm_publish": True},
    task_acks_late=True,
    task_ignore_result=True,
    worker_enable_remote_control=False,
    worker_prefetch_multiplier=hop.in_flight // PROCESSES,
)


@app.task
def take(order):
    pass


@app.task
def step(order):
    watch.arrive()
    take.apply_async((processed(order),), queue=PRICED)
    watch.finish()


def work():
    app.worker_main(
        [
            "worker",
            f"--concurrency={PROCESSES}",
            f"--queues={PLACED}",
            "--pool=prefork",
            "--loglevel=CRITICAL",
            "--without-gossip",
            "--without-heartbeat",
            "--without-mingle",
        ]
    )


carrier = Carrier(hop)
carrier.bring(lambda order: step.apply_async((order,), queue=PLACED))
app.pool.force_close_all()
run(watch, work)
carrier.fetch(PRICED, lambda message: message[0][0])
carrier.remove(PLACED, PRICED)
watch.tell()
