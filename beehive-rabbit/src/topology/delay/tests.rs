//! The way through the delays, walked as a broker would.

use proptest::prelude::*;

use super::*;
use crate::config::Namespace;

fn names() -> Names {
    Names::new("shop".parse().unwrap())
}

fn queue(name: &str) -> QueueName {
    name.parse().unwrap()
}

/// Whether a topic exchange routes a key by a pattern.
fn matches(pattern: &[&str], key: &[&str]) -> bool {
    match pattern {
        [] => key.is_empty(),
        ["#", rest @ ..] => (0..=key.len()).any(|skipped| matches(rest, &key[skipped..])),
        ["*", rest @ ..] => !key.is_empty() && matches(rest, &key[1..]),
        [word, rest @ ..] => key.first() == Some(word) && matches(rest, &key[1..]),
    }
}

fn is_routed(pattern: &ShortString, key: &ShortString) -> bool {
    let pattern: Vec<_> = pattern.as_str().split('.').collect();
    let key: Vec<_> = key.as_str().split('.').collect();
    matches(&pattern, &key)
}

/// How long a message waits on its way, from the exchange it is published to.
fn walked(way: &Delayed) -> Duration {
    let mut waited = Duration::ZERO;
    let mut is_on_its_way = way.exchange == names().delay_due();
    for level in (0..LEVELS).rev() {
        let begins = way.exchange == names().delay_level(level);
        is_on_its_way |= begins;
        let one = is_routed(&level_pattern(level, Digit::One), &way.routing_key);
        let zero = is_routed(&level_pattern(level, Digit::Zero), &way.routing_key);
        assert_eq!(
            one || zero,
            is_on_its_way && way.exchange != names().delay_due(),
            "level {level} of {way:?}"
        );
        assert!(!(one && zero), "level {level} of {way:?}");
        assert!(one || !begins, "{way:?} begins where it does not wait");
        if one {
            waited += wait_at(level);
        }
    }
    assert!(is_on_its_way, "{way:?}");
    waited
}

#[test]
fn a_delay_is_rounded_up_to_a_step() {
    for (millis, expected, exchange) in [
        (0, 0, "shop.delay.due"),
        (1, 125, "shop.delay.00"),
        (125, 125, "shop.delay.00"),
        (126, 250, "shop.delay.01"),
        (300, 375, "shop.delay.01"),
        (1_000, 1_000, "shop.delay.03"),
        (30_000, 30_000, "shop.delay.07"),
        (86_400_000, 86_400_000, "shop.delay.19"),
    ] {
        let delay = Duration::from_millis(millis);
        let way = delayed(&names(), delay, Route::Topic("Order"));
        assert_eq!(way.exchange.as_str(), exchange, "{delay:?}");
        assert_eq!(walked(&way), Duration::from_millis(expected), "{delay:?}");
        assert_eq!(way.left, Duration::ZERO);
    }
}

#[test]
fn a_key_names_the_end_and_then_the_digits_from_the_shortest_on() {
    let payment = queue("Order-Payment");
    for (millis, route, expected) in [
        (0, Route::Topic("Order"), "t.Order"),
        (125, Route::Topic("Order"), "t.Order.1"),
        (1_000, Route::Queue(&payment), "q.Order-Payment.0.0.0.1"),
        (1_250, Route::Queue(&payment), "q.Order-Payment.0.1.0.1"),
    ] {
        let way = delayed(&names(), Duration::from_millis(millis), route);
        assert_eq!(way.routing_key.as_str(), expected);
    }
}

#[test]
fn what_is_beyond_all_levels_is_left_for_another_trip() {
    let most = STEP * STEPS_MAX;
    assert!(most > Duration::from_hours(97 * 24));
    let payment = queue("Order-Payment");
    for (delay, left) in [
        (most, Duration::ZERO),
        (most + Duration::from_nanos(1), Duration::from_nanos(1)),
        (Duration::MAX, Duration::MAX.saturating_sub(most)),
    ] {
        let way = delayed(&names(), delay, Route::Queue(&payment));
        assert_eq!(way.left, left);
        assert_eq!(walked(&way), most);
        assert_eq!(way.exchange.as_str(), "shop.delay.25");
    }
}

#[test]
fn a_delayed_message_comes_out_where_it_should_and_nowhere_else() {
    let payment = queue("Order-Payment");
    let odd = ["t", "q", "0", "1", "Order", "due"];
    let second = Duration::from_secs(1);
    for topic in odd {
        let way = delayed(&names(), second, Route::Topic(topic));
        for other in odd {
            let pattern = due_pattern(Route::Topic(other));
            assert_eq!(is_routed(&pattern, &way.routing_key), topic == other);
        }
        let pattern = due_pattern(Route::Queue(&payment));
        assert!(!is_routed(&pattern, &way.routing_key));
        let simple = queue(&format!("{topic}-{topic}"));
        let way = delayed(&names(), second, Route::Queue(&simple));
        assert!(is_routed(
            &due_pattern(Route::Queue(&simple)),
            &way.routing_key
        ));
        assert!(!is_routed(
            &due_pattern(Route::Queue(&payment)),
            &way.routing_key
        ));
        for other in odd {
            let pattern = due_pattern(Route::Topic(other));
            assert!(!is_routed(&pattern, &way.routing_key));
        }
    }
}

#[test]
fn the_longest_names_fit_into_a_routing_key() {
    let names = Names::new("n".repeat(Namespace::LENGTH_MAX).parse().unwrap());
    let longest = queue(&format!("{}-{}", "a".repeat(80), "b".repeat(80)));
    let way = delayed(&names, Duration::MAX, Route::Queue(&longest));
    let key = way.routing_key.as_str();
    assert_eq!(key.len(), 2 + 161 + 2 * 26);
    assert!(key.ends_with(".1.1"), "nothing was cut off: {key}");
    assert!(due_pattern(Route::Queue(&longest)).as_str().len() <= 255);
}

proptest! {
    #[test]
    fn no_delay_is_cut_short_or_more_than_a_step_too_long(
        delay in prop_oneof![
            (0..100_000_u64).prop_map(Duration::from_millis),
            (0..u64::MAX).prop_map(Duration::from_nanos),
            (0..u64::MAX).prop_map(Duration::from_millis),
        ],
        to_queue in any::<bool>(),
    ) {
        let payment = queue("Order-Payment");
        let route = if to_queue { Route::Queue(&payment) } else { Route::Topic("Order") };
        let way = delayed(&names(), delay, route);
        let trip = walked(&way);
        prop_assert!(trip + way.left >= delay);
        prop_assert!(trip + way.left < delay + STEP);
        prop_assert!(way.left.is_zero() || trip == STEP * STEPS_MAX);
        prop_assert!(is_routed(&due_pattern(route), &way.routing_key));
    }
}
