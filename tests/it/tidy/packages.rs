//! The packages: what they say of themselves, what they depend on, and under which licence.

use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;

use super::tree;

/// Licences under which others may use beehive as its own two allow.
const LICENCES: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Which package of the workspace may depend on which; nothing else is allowed.
const ARROWS: [(&str, &[&str]); 8] = [
    ("beehive-macros", &[]),
    ("beehive-core", &["beehive-macros"]),
    ("beehive-rabbit", &["beehive-core"]),
    ("beehive-aws", &["beehive-core"]),
    (
        "prismo-ecommerce",
        &["beehive-core", "beehive-rabbit", "beehive-aws"],
    ),
    (
        "prismo-lambda",
        &["beehive-core", "beehive-aws", "prismo-ecommerce"],
    ),
    (
        "beehive-tests",
        &[
            "beehive-core",
            "beehive-rabbit",
            "beehive-aws",
            "prismo-ecommerce",
        ],
    ),
    ("beehive-ui-tests", &["beehive-core"]),
];

/// Which package may use which for its tests alone.
const ARROWS_OF_TESTS: [(&str, &str); 1] = [("prismo-lambda", "beehive-tests")];

/// What `cargo metadata` says of this workspace for this machine.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
    workspace_members: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Package {
    id: String,
    pub(super) name: String,
    description: Option<String>,
    license: Option<String>,
    repository: Option<String>,
    rust_version: Option<String>,
    dependencies: Vec<Dependency>,
    pub(super) targets: Vec<Target>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    /// Set for what lies in this repository.
    path: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
}

impl Package {
    /// A package that says nothing but its name.
    pub(super) fn called(name: &str) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

impl Metadata {
    pub(super) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}

/// Asks cargo once. Everything it needs was fetched to build this test, so it stays off the network.
pub(super) fn metadata() -> &'static Metadata {
    static METADATA: OnceLock<Metadata> = OnceLock::new();
    METADATA.get_or_init(|| {
        let version = run("rustc", &["-vV"]);
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let json = run(
            env!("CARGO"),
            &[
                "metadata",
                "--format-version=1",
                "--locked",
                "--offline",
                "--all-features",
                "--filter-platform",
                host.unwrap(),
            ],
        );
        serde_json::from_str(&json).unwrap()
    })
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(tree::root())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a package of ours leaves out of its manifest.
fn unsaid(package: &Package) -> Vec<String> {
    let said = [
        ("description", package.description.as_ref()),
        ("license", package.license.as_ref()),
        ("repository", package.repository.as_ref()),
        ("rust-version", package.rust_version.as_ref()),
    ];
    said.iter()
        .filter(|(_, value)| value.is_none_or(|value| value.trim().is_empty()))
        .map(|(key, _)| format!("{} has no `{key}`", package.name))
        .collect()
}

/// Dependencies between packages of ours that point the wrong way. A package may use itself in its
/// tests, with features, and some may use what starts services.
fn wrong_arrows(package: &Package) -> Vec<String> {
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
        return vec![format!("{} is not in the table of arrows", package.name)];
    };
    let inner = package.dependencies.iter().filter(|it| it.path.is_some());
    inner
        .filter(|it| !allowed.contains(&it.name.as_str()))
        .filter(|it| !(it.kind.as_deref() == Some("dev") && may_test_with(package, it)))
        .map(|it| format!("{} must not depend on {}", package.name, it.name))
        .collect()
}

fn may_test_with(package: &Package, other: &Dependency) -> bool {
    let arrow = (package.name.as_str(), other.name.as_str());
    arrow.0 == arrow.1 || ARROWS_OF_TESTS.contains(&arrow)
}

/// Whether a licence expression leaves a choice that is allowed.
fn is_allowed(expression: &str) -> bool {
    let plain = expression.replace('/', " OR ").replace(['(', ')'], " ");
    // With the brackets gone, `AND` binds less than it should in `A AND (B OR C)` and never more:
    // every part that is joined by it must be allowed by one of its alternatives.
    plain.split(" AND ").all(|part| {
        part.split(" OR ")
            .any(|licence| LICENCES.contains(&licence.trim()))
    })
}

/// A `major.minor[.patch]`, to compare.
fn version(text: &str) -> Vec<u32> {
    text.split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

/// Dependencies of ours that `docs/decisions/dependencies.md` gives no reason for, and reasons for
/// what is no dependency.
fn unexplained<'a>(packages: impl Iterator<Item = &'a Package>, document: &str) -> Vec<String> {
    let mut names: Vec<_> = packages
        .flat_map(|package| &package.dependencies)
        .filter(|it| it.path.is_none())
        .map(|it| it.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let explained: Vec<_> = document.lines().filter_map(explained).collect();
    let missing = names
        .iter()
        .filter(|name| !explained.contains(name))
        .map(|name| format!("say in docs/decisions/dependencies.md why we use `{name}`"));
    let stale = explained
        .iter()
        .filter(|name| !names.contains(name))
        .map(|name| {
            format!("docs/decisions/dependencies.md explains `{name}`, which we do not use")
        });
    missing.chain(stale).collect()
}

/// The dependency that a line explains: ``- `name`: A sentence.``
fn explained(line: &str) -> Option<&str> {
    let (name, sentence) = line.strip_prefix("- `")?.split_once("`: ")?;
    (sentence.len() > 20 && sentence.ends_with('.')).then_some(name)
}

#[test]
fn this_repository_has_packages_that_introduce_themselves() {
    let findings: Vec<_> = metadata().members().flat_map(unsaid).collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn this_repository_has_arrows_that_point_one_way() {
    let findings: Vec<_> = metadata().members().flat_map(wrong_arrows).collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn this_repository_may_be_used_under_its_licences() {
    let packages = metadata().packages.iter();
    let refused: Vec<_> = packages
        .filter(|package| !package.license.as_deref().is_some_and(is_allowed))
        .map(|package| format!("{}: {:?}", package.name, package.license))
        .collect();
    assert_eq!(refused, [""; 0]);
}

#[test]
fn this_repository_needs_no_newer_compiler_than_it_says() {
    let stated = metadata()
        .members()
        .find_map(|it| it.rust_version.as_deref());
    let stated = version(stated.unwrap());
    for package in &metadata().packages {
        let needed = package.rust_version.as_deref().map(version);
        assert!(
            needed.as_ref().is_none_or(|needed| *needed <= stated),
            "{} needs {needed:?}",
            package.name
        );
    }
}

#[test]
fn this_repository_explains_its_dependencies() {
    let path = tree::root().join("docs/decisions/dependencies.md");
    let document = std::fs::read_to_string(path).unwrap();
    assert_eq!(unexplained(metadata().members(), &document), [""; 0]);
}

#[test]
fn a_package_that_says_too_little_is_found() {
    let package = Package {
        name: "beehive-core".into(),
        license: Some("MIT".into()),
        description: Some(" ".into()),
        ..Package::default()
    };
    assert_eq!(unsaid(&package).len(), 3);
}

#[test]
fn an_arrow_that_points_the_wrong_way_is_found() {
    let package = |name: &str, on: &str, kind: Option<&str>| Package {
        name: name.into(),
        dependencies: vec![Dependency {
            name: on.into(),
            kind: kind.map(Into::into),
            path: Some("/somewhere".into()),
        }],
        ..Package::default()
    };
    assert!(wrong_arrows(&package("beehive-aws", "beehive-core", None)).is_empty());
    assert!(wrong_arrows(&package("beehive-core", "beehive-core", Some("dev"))).is_empty());
    assert!(wrong_arrows(&package("prismo-lambda", "beehive-tests", Some("dev"))).is_empty());
    for (name, on, kind) in [
        ("prismo-lambda", "beehive-tests", None),
        ("beehive-core", "beehive-aws", Some("dev")),
    ] {
        assert_eq!(wrong_arrows(&package(name, on, kind)).len(), 1, "{name}");
    }
    assert_eq!(
        wrong_arrows(&package("beehive-aws", "beehive-rabbit", None)).len(),
        1
    );
    assert_eq!(wrong_arrows(&package("new", "beehive-core", None)).len(), 1);
}

#[test]
fn a_licence_that_is_not_allowed_is_found() {
    for allowed in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_allowed(allowed), "{allowed}");
    }
    for refused in ["GPL-3.0", "MIT AND GPL-3.0", "", "MPL-2.0 OR GPL-2.0"] {
        assert!(!is_allowed(refused), "{refused}");
    }
}

#[test]
fn versions_compare_by_number() {
    assert!(version("1.9") < version("1.95"));
    assert!(version("1.94.1") < version("1.95"));
    assert!(version("1.95") <= version("1.95"));
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let package = Package {
        dependencies: ["bytes", "tokio"]
            .map(|name| Dependency {
                name: name.into(),
                ..Dependency::default()
            })
            .into(),
        ..Package::default()
    };
    let of = |document: &str| unexplained(std::iter::once(&package), document).len();
    let both =
        "- `bytes`: Bodies are shared, not copied.\n- `tokio`: The runtime of the whole field.\n";
    assert_eq!(of(both), 0);
    assert_eq!(
        of("- `bytes`: Bodies are shared, not copied.\n- `tokio`: why not\n"),
        1
    );
    assert_eq!(
        of(&format!(
            "{both}- `rand`: Something to draw a number from.\n"
        )),
        1
    );
}
