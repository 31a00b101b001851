//! What went through a gate, and what did not.

use std::collections::BTreeMap;

use super::call::Call;
use super::fault::Fault;
use super::service::Service;

/// What went through a gate until now, and what did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that clients made.
    pub accepted: u64,
    /// Connections that are there now.
    pub open: u64,
    /// Requests that clients sent, by service.
    pub seen: BTreeMap<Service, u64>,
    /// Requests that went on to the service, as they were or in part; counted when it answers.
    pub forwarded: u64,
    /// Faults that happened, by what they were and whom they hit.
    pub faults: BTreeMap<(Fault, Service), Hits>,
    /// Requests that failed though nothing was to happen to them: the service did not answer, or the
    /// client went away while it sent.
    pub broken: u64,
    /// Why the last of those failed.
    pub trouble: Option<String>,
}

/// How often something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// To all requests.
    pub all: u64,
    /// To requests that change what is stored or sent.
    pub writes: u64,
}

impl Counts {
    /// The requests that clients sent to all services.
    pub fn seen_by_all(&self) -> u64 {
        self.seen.values().sum()
    }

    /// All faults that happened.
    pub fn hits(&self) -> Hits {
        self.sum(|_, _| true)
    }

    /// How often this happened, to whichever service.
    pub fn hits_by(&self, fault: Fault) -> Hits {
        self.sum(|happened, _| happened == fault)
    }

    /// How often anything happened to this service.
    pub fn hits_on(&self, service: Service) -> Hits {
        self.sum(|_, hit| hit == service)
    }

    fn sum(&self, counts: impl Fn(Fault, Service) -> bool) -> Hits {
        let hits = self.faults.iter();
        hits.filter(|((fault, service), _)| counts(*fault, *service))
            .fold(Hits::default(), |sum, (_, hits)| Hits {
                all: sum.all + hits.all,
                writes: sum.writes + hits.writes,
            })
    }

    pub(super) fn saw(&mut self, call: &Call) {
        *self.seen.entry(call.service()).or_default() += 1;
    }

    pub(super) fn hit(&mut self, fault: Fault, call: &Call) {
        let hits = self.faults.entry((fault, call.service())).or_default();
        hits.all += 1;
        hits.writes += u64::from(call.writes());
    }

    pub(super) fn broke(&mut self, why: String) {
        self.broken += 1;
        self.trouble = Some(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_counted_by_what_and_whom() {
        let mut counts = Counts::default();
        let (put, get) = (
            Call::named(Service::DynamoDb, "PutItem"),
            Call::named(Service::DynamoDb, "GetItem"),
        );
        let publish = Call::named(Service::Sns, "PublishBatch");
        for (fault, call) in [
            (Fault::Swallow, &put),
            (Fault::Swallow, &get),
            (Fault::Swallow, &publish),
            (Fault::Throttle, &get),
        ] {
            counts.saw(call);
            counts.hit(fault, call);
        }
        let hits = |all, writes| Hits { all, writes };
        assert_eq!(counts.hits(), hits(4, 2));
        assert_eq!(counts.hits_by(Fault::Swallow), hits(3, 2));
        assert_eq!(counts.hits_by(Fault::Throttle), hits(1, 0));
        assert_eq!(counts.hits_on(Service::DynamoDb), hits(3, 1));
        assert_eq!(counts.hits_on(Service::S3), hits(0, 0));
        assert_eq!(counts.seen_by_all(), 4);
    }
}
