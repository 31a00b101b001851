//! Which fault a request meets. Pure.

use super::call::Call;
use super::dice::Dice;
use super::rule::Rule;

/// The place of the rule that applies; `None` if the request passes.
///
/// A request meets one fault at most. Every rule that concerns it gets its share, one after the
/// other, as long as there is any left of the whole: of two with a share of 0.75, the second gets
/// 0.25.
pub(super) fn decide(rules: &[Rule], call: &Call, dice: Dice) -> Option<usize> {
    let mut part = dice.part();
    let mut concerned = rules.iter().enumerate();
    concerned.find_map(|(place, rule)| {
        if !rule.concerns(call) {
            return None;
        }
        part -= rule.share();
        (part < 0.0).then_some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::super::fault::Fault;
    use super::super::service::Service;
    use super::*;

    /// Dice whose part is near this one.
    fn dice(part: f64) -> Dice {
        let near = |dice: &Dice| (dice.part() - part).abs() < 0.005;
        (0..100_000).map(Dice::new).find(near).unwrap()
    }

    fn rule(fault: Fault, share: f64) -> Rule {
        Rule::new(fault).with_share(share)
    }

    #[test]
    fn every_rule_gets_its_share_of_what_it_concerns() {
        use Fault::{Conflict, Fail, Lose, Throttle};
        use Service::{DynamoDb, S3};
        let put = Call::named(DynamoDb, "PutItem");
        let get = Call::named(DynamoDb, "GetItem");
        let object = Call::named(S3, "PutObject");
        let two = [rule(Throttle, 0.2), rule(Fail, 0.3)];
        let much = [rule(Throttle, 0.75), rule(Fail, 0.75)];
        let conflict = [rule(Conflict, 0.5), rule(Lose, 0.2)];
        let for_s3 = [rule(Fail, 1.0).with_services([S3])];
        let gets = [rule(Fail, 1.0).with_operations(["GetItem", "Query"])];
        let over = [rule(Fail, 1.0).with_times(0), rule(Lose, 1.0)];
        for (rules, call, part, expected) in [
            (&[][..], &put, 0.0, None),
            (&two, &put, 0.19, Some(0)),
            (&two, &put, 0.21, Some(1)),
            (&two, &put, 0.49, Some(1)),
            (&two, &put, 0.51, None),
            (&much, &put, 0.74, Some(0)),
            (&much, &put, 0.99, Some(1)),
            // One that cannot be leaves its share to nobody.
            (&conflict, &put, 0.4, Some(0)),
            (&conflict, &put, 0.6, Some(1)),
            (&conflict, &get, 0.1, Some(1)),
            (&conflict, &get, 0.4, None),
            (&for_s3, &object, 0.9, Some(0)),
            (&for_s3, &put, 0.0, None),
            (&gets, &get, 0.9, Some(0)),
            (&gets, &put, 0.0, None),
            (&over, &put, 0.0, Some(1)),
        ] {
            let decided = decide(rules, call, dice(part));
            assert_eq!(decided, expected, "{call:?} at {part} of {rules:?}");
        }
    }

    #[test]
    fn shares_have_ends() {
        let call = Call::named(Service::Sqs, "SendMessage");
        for number in 0..1000 {
            let dice = Dice::new(number);
            for (share, expected) in [
                (0.0, None),
                (-1.0, None),
                (f64::NAN, None),
                (1.0, Some(0)),
                (7.0, Some(0)),
            ] {
                let rules = [rule(Fault::Fail, share)];
                assert_eq!(decide(&rules, &call, dice), expected, "{share}");
            }
        }
    }
}
