//! What a topic, a subscription, a queue and the delays consist of. Pure.

use beehive_core::queue::{QueueKind, QueueName};
use lapin::types::FieldTable;

use super::step::{Routing, Step};
use super::{Names, arguments, delay};
use crate::config::RabbitConfig;

/// What must be there for a topic, a subscription or a simple queue, beside the delays, in an order
/// that needs nothing before it is made: events are bound to a queue only when its dead letters have
/// a place.
pub(super) fn of_name(names: &Names, config: &RabbitConfig, name: &QueueName) -> Vec<Step> {
    let topic = || Step::Exchange {
        name: names.exchange(name.topic()),
        routing: Routing::Fanout,
        arguments: FieldTable::default(),
    };
    match name.kind() {
        QueueKind::Topic => vec![topic()],
        QueueKind::Queue => readable(names, config, name),
        QueueKind::Subscription => {
            let mut steps = vec![topic()];
            steps.extend(readable(names, config, name));
            steps.push(Step::BindQueue {
                queue: names.queue(name),
                from: names.exchange(name.topic()),
                key: "".into(),
            });
            steps.push(Step::BindQueue {
                queue: names.queue(name),
                from: names.delay_due(),
                key: delay::due_pattern(delay::Route::Topic(name.topic())),
            });
            steps
        }
    }
}

/// What must be there for the dead letters of a queue.
pub(super) fn of_dead_letters(names: &Names, config: &RabbitConfig, name: &QueueName) -> Step {
    Step::Queue {
        name: names.dead_letters(name),
        arguments: arguments::of_dead_letters(config.queue_type),
    }
}

/// What must be there for delays.
pub(super) fn of_delays(names: &Names) -> Vec<Step> {
    let undelivered = names.delay_undelivered();
    let topic_exchange = |name, arguments| Step::Exchange {
        name,
        routing: Routing::Topic,
        arguments,
    };
    let mut steps = vec![
        Step::Exchange {
            name: undelivered.clone(),
            routing: Routing::Fanout,
            arguments: FieldTable::default(),
        },
        Step::Queue {
            name: undelivered.clone(),
            arguments: arguments::of_undelivered(),
        },
        Step::BindQueue {
            queue: undelivered.clone(),
            from: undelivered.clone(),
            key: "".into(),
        },
        topic_exchange(names.delay_due(), arguments::of_due(undelivered.as_str())),
    ];
    // From the shortest up: whatever is there leads on to something that is there.
    let mut next = names.delay_due();
    for level in 0..delay::LEVELS {
        let here = names.delay_level(level);
        steps.push(topic_exchange(here.clone(), FieldTable::default()));
        steps.push(Step::Queue {
            name: here.clone(),
            arguments: arguments::of_level(delay::wait_at(level), next.as_str()),
        });
        steps.push(Step::BindQueue {
            queue: here.clone(),
            from: here.clone(),
            key: delay::level_pattern(level, delay::Digit::One),
        });
        steps.push(Step::BindExchange {
            exchange: next,
            from: here.clone(),
            key: delay::level_pattern(level, delay::Digit::Zero),
        });
        next = here;
    }
    steps
}

/// How a queue that can be read is deleted, or a topic with those of its subscriptions that are known.
pub(super) fn of_deletion(
    names: &Names,
    name: &QueueName,
    subscriptions: &[QueueName],
) -> Vec<Step> {
    let deleted = |queue: &QueueName| {
        [
            Step::DeleteQueue(names.queue(queue)),
            Step::DeleteQueue(names.dead_letters(queue)),
        ]
    };
    if name.is_readable() {
        return deleted(name).into();
    }
    let mut steps: Vec<_> = subscriptions.iter().flat_map(deleted).collect();
    steps.push(Step::DeleteExchange(names.exchange(name.topic())));
    steps
}

/// How the delays are deleted.
pub(super) fn of_delays_deletion(names: &Names) -> Vec<Step> {
    let levels = (0..delay::LEVELS).map(|level| names.delay_level(level));
    let both = levels
        .chain([names.delay_undelivered()])
        .flat_map(|name| [Step::DeleteQueue(name.clone()), Step::DeleteExchange(name)]);
    both.chain([Step::DeleteExchange(names.delay_due())])
        .collect()
}

/// What is asked to find out whether something exists.
pub(super) fn of_existence(names: &Names, name: &QueueName) -> Step {
    if name.is_readable() {
        Step::CheckQueue(names.queue(name))
    } else {
        Step::CheckExchange(names.exchange(name.topic()))
    }
}

fn readable(names: &Names, config: &RabbitConfig, name: &QueueName) -> Vec<Step> {
    let dead_letters = names.dead_letters(name);
    vec![
        of_dead_letters(names, config, name),
        Step::Queue {
            name: names.queue(name),
            arguments: arguments::of_queue(config, dead_letters.as_str()),
        },
        Step::BindQueue {
            queue: names.queue(name),
            from: names.delay_due(),
            key: delay::due_pattern(delay::Route::Queue(name)),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(step: &Step) -> String {
        match step {
            Step::Exchange { name, routing, .. } => format!("{} exchange {name}", routing.as_str()),
            Step::Queue { name, .. } => format!("queue {name}"),
            Step::BindQueue { queue, from, key } => format!("{from} -[{key}]-> {queue}"),
            Step::BindExchange {
                exchange,
                from,
                key,
            } => format!("{from} =[{key}]=> {exchange}"),
            Step::CheckExchange(name) => format!("exchange {name}?"),
            Step::CheckQueue(name) => format!("queue {name}?"),
            Step::DeleteExchange(name) => format!("no exchange {name}"),
            Step::DeleteQueue(name) => format!("no queue {name}"),
        }
    }

    fn all(steps: &[Step]) -> Vec<String> {
        steps.iter().map(told).collect()
    }

    fn names() -> Names {
        Names::new("shop".parse().unwrap())
    }

    fn declared(name: &str) -> Vec<Step> {
        let config = RabbitConfig::from_url("amqp://localhost").unwrap();
        of_name(&names(), &config, &name.parse().unwrap())
    }

    #[test]
    fn a_topic_is_an_exchange_and_a_subscription_a_queue_bound_to_it() {
        assert_eq!(all(&declared("Order-")), ["fanout exchange shop.Order"]);
        assert_eq!(
            all(&declared("Order-Pay")),
            [
                "fanout exchange shop.Order",
                "queue shop.Order-Pay.dead",
                "queue shop.Order-Pay",
                "shop.delay.due -[q.Order-Pay.#]-> shop.Order-Pay",
                "shop.Order -[]-> shop.Order-Pay",
                "shop.delay.due -[t.Order.#]-> shop.Order-Pay",
            ]
        );
        assert_eq!(
            all(&declared("Jobs-Jobs")),
            [
                "queue shop.Jobs-Jobs.dead",
                "queue shop.Jobs-Jobs",
                "shop.delay.due -[q.Jobs-Jobs.#]-> shop.Jobs-Jobs",
            ]
        );
    }

    #[test]
    fn a_check_asks_for_exchanges_and_queues_alone() {
        let checks: Vec<_> = declared("Order-Pay")
            .iter()
            .filter_map(Step::check)
            .collect();
        assert_eq!(
            all(&checks),
            [
                "exchange shop.Order?",
                "queue shop.Order-Pay.dead?",
                "queue shop.Order-Pay?"
            ]
        );
    }

    #[test]
    fn each_level_leads_to_the_next_shorter_one() {
        let steps = all(&of_delays(&names()));
        assert_eq!(
            steps[..4],
            [
                "fanout exchange shop.delay.undelivered",
                "queue shop.delay.undelivered",
                "shop.delay.undelivered -[]-> shop.delay.undelivered",
                "topic exchange shop.delay.due",
            ]
        );
        let last = steps.len() - 4;
        assert_eq!(
            steps[last..],
            [
                "topic exchange shop.delay.25",
                "queue shop.delay.25",
                &format!(
                    "shop.delay.25 -[{}1.#]-> shop.delay.25",
                    "*.".repeat(2 + 25)
                ),
                &format!(
                    "shop.delay.25 =[{}0.#]=> shop.delay.24",
                    "*.".repeat(2 + 25)
                ),
            ]
        );
        assert_eq!(steps[7], "shop.delay.00 =[*.*.0.#]=> shop.delay.due");
        assert_eq!(steps.len(), 4 + 4 * 26);
    }

    #[test]
    fn a_topic_is_deleted_after_its_subscriptions() {
        let name = |text: &str| text.parse::<QueueName>().unwrap();
        assert_eq!(
            all(&of_deletion(&names(), &name("A-"), &[name("A-B")])),
            [
                "no queue shop.A-B",
                "no queue shop.A-B.dead",
                "no exchange shop.A"
            ]
        );
        assert_eq!(
            all(&of_deletion(&names(), &name("A-A"), &[])),
            ["no queue shop.A-A", "no queue shop.A-A.dead"]
        );
    }

    #[test]
    fn of_the_delays_nothing_is_left() {
        let made: Vec<_> = of_delays(&names())
            .iter()
            .filter_map(|step| match step {
                Step::Exchange { name, .. } => Some(format!("no exchange {name}")),
                Step::Queue { name, .. } => Some(format!("no queue {name}")),
                _ => None,
            })
            .collect();
        let deleted = all(&of_delays_deletion(&names()));
        assert_eq!(made.len(), deleted.len());
        assert!(made.iter().all(|step| deleted.contains(step)));
    }

    #[test]
    fn existence_is_that_of_the_queue_or_the_exchange() {
        let asked = |name: &str| told(&of_existence(&names(), &name.parse().unwrap()));
        assert_eq!(asked("A-"), "exchange shop.A?");
        assert_eq!(asked("A-B"), "queue shop.A-B?");
        assert_eq!(asked("A-A"), "queue shop.A-A?");
    }
}
