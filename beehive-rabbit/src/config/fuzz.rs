//! What must hold of the environment, whatever is in it.

use beehive_core::ErrorKind;
use beehive_core::fuzzing::Form;

use super::{RabbitConfig, environment};

/// What stands for a password: wherever it is in a URL, no error shows it.
const SECRET: &str = "hunter2";

/// Variables in a [`Form`].
///
/// They make a configuration, or an error that names a variable. Neither shows a password.
pub(crate) fn settings(data: &[u8]) {
    let form = Form::read(data);
    let variables: Vec<_> = form.headers().collect();
    let variable = |name: &str| {
        let found = variables.iter().find(|(given, _)| *given == name);
        found.map(|(_, value)| value.clone())
    };
    match environment::read(variable) {
        Ok(config) => sound(&config),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
            assert!(!error.is_temporary(), "{error}");
            let named = ["AMQP_URL", "BEEHIVE_RABBIT_"];
            assert!(
                named.iter().any(|name| error.to_string().contains(name)),
                "{error}"
            );
            let elsewhere = variables.iter().filter(|(name, _)| *name != "AMQP_URL");
            if !elsewhere
                .into_iter()
                .any(|(_, value)| value.contains(SECRET))
            {
                assert!(!format!("{error:?}").contains(SECRET), "{error:?}");
            }
        }
    }
}

fn sound(config: &RabbitConfig) {
    assert!(!config.servers.is_empty());
    let user = format!("{:?}", config.login);
    let shown = format!("{config:?}");
    let hides_it = |text: &str| !text.contains(SECRET);
    let hosts = config.servers.iter().all(|server| hides_it(&server.host));
    if hosts && hides_it(&config.vhost) && hides_it(config.namespace.as_str()) && hides_it(&user) {
        assert!(hides_it(&shown), "{shown}");
    }
    if let Err(error) = config.check() {
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A URL, right or wrong, with the secret as its password.
    fn url() -> impl Strategy<Value = String> {
        let scheme = "amqps?|http|[a-z]{0,3}";
        let host = "[a-z.]{0,9}|\\[::1\\]|127\\.0\\.0\\.1|.{0,5}";
        let rest = "(:[0-9]{0,6})?(/(%2[fF]|[a-z%]{0,4}))?(\\?(heartbeat|frame_max|channel_max|auth_mechanism|verify|[a-z]{1,3})=[a-z0-9]{0,6})?";
        let around = "[a-z#/?@:%]{0,2}";
        (scheme, around, around, host, rest).prop_map(|(scheme, before, after, host, rest)| {
            format!("{scheme}://u:{before}{SECRET}{after}@{host}{rest}")
        })
    }

    proptest! {
        #[test]
        fn any_settings(
            urls in proptest::collection::vec(url(), 0..3),
            others in proptest::collection::vec(
                ("BEEHIVE_RABBIT_(NAMESPACE|PLAINTEXT|CA_FILE|CERT_FILE|KEY_FILE)", "[a-z/ _-]{0,32}|.{0,5}"), 0..3,
            ),
        ) {
            let form = format!("AMQP_URL: {}\n{}", urls.join(" "), Form::lines(&others));
            settings(form.as_bytes());
        }
    }
}
