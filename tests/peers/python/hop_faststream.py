"""The hop with FastStream, in two processes."""

import asyncio

from faststream import FastStream
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

from hop import Watch, from_arguments, processed, run

hop = from_arguments()
watch = Watch(hop.events)


def work():
    broker = RabbitBroker(
        hop.url,
        default_channel=Channel(prefetch_count=hop.in_flight // 2),
        logger=None,
    )

    @broker.subscriber(RabbitQueue(hop.source, declare=False))
    async def step(order: dict):
        watch.arrive()
        await broker.publish(
            processed(order), queue=hop.target, persist=True, mandatory=True
        )
        watch.finish()

    asyncio.run(FastStream(broker, logger=None).run())


run(watch, work, work)
watch.tell()
