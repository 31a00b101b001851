//! Names of topics and queues for all of AWS. Pure, but for the number of the account.

use beehive_core::{Error, ErrorKind, Result};

/// Where topics and queues are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arns {
    region: String,
    account: String,
}

impl Arns {
    pub(super) fn new(region: &str, account: &str) -> Self {
        Self {
            region: region.to_owned(),
            account: account.to_owned(),
        }
    }

    pub(super) fn topic(&self, name: &str) -> String {
        self.arn("sns", name)
    }

    pub(super) fn queue(&self, name: &str) -> String {
        self.arn("sqs", name)
    }

    /// The name of a queue, if it is one of this account and region.
    pub(super) fn queue_name<'a>(&self, arn: &'a str) -> Option<&'a str> {
        arn.strip_prefix(&self.arn("sqs", ""))
    }

    fn arn(&self, service: &str, name: &str) -> String {
        let Self { region, account } = self;
        let partition = partition(region);
        format!("arn:{partition}:{service}:{region}:{account}:{name}")
    }
}

/// The part of AWS that a region is in.
fn partition(region: &str) -> &'static str {
    const OTHERS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    let other = OTHERS.iter().find(|(start, _)| region.starts_with(start));
    other.map_or("aws", |(_, partition)| partition)
}

/// The region, without which nothing can be named.
pub(super) fn region(config: &crate::AwsConfig) -> Result<String> {
    config.region().map(str::to_owned).ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            "no AWS region is known; set AWS_REGION",
        )
        .with_operation("open queue")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_all_of_aws_are_as_aws_has_them() {
        for (region, topic) in [
            ("eu-west-1", "arn:aws:sns:eu-west-1:123456789012:shop-Order"),
            (
                "cn-north-1",
                "arn:aws-cn:sns:cn-north-1:123456789012:shop-Order",
            ),
            (
                "us-gov-west-1",
                "arn:aws-us-gov:sns:us-gov-west-1:123456789012:shop-Order",
            ),
        ] {
            assert_eq!(Arns::new(region, "123456789012").topic("shop-Order"), topic);
        }
        let arns = Arns::new("eu-west-1", "123456789012");
        let queue = arns.queue("shop-Order-Payment");
        assert_eq!(
            queue,
            "arn:aws:sqs:eu-west-1:123456789012:shop-Order-Payment"
        );
        assert_eq!(arns.queue_name(&queue), Some("shop-Order-Payment"));
        assert_eq!(
            arns.queue_name("arn:aws:sqs:eu-west-1:210987654321:x"),
            None
        );
    }
}
