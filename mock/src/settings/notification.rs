//! Who is told of an event: the rules of a bucket's notification configuration. Source: "Amazon S3 Event Notifications" in
//! the Amazon S3 user guide.

use crate::refusal::Refusal;
use crate::xml::Element;

/// The name of each kind of configuration, that of its ARN, and how messages call the ARN.
const KINDS: [(&str, &str, &str); 3] = [
    ("TopicConfiguration", "Topic", "TopicArn"),
    ("QueueConfiguration", "Queue", "QueueArn"),
    ("CloudFunctionConfiguration", "CloudFunction", "LambdaFunctionArn"),
];
/// The kinds of events, and the events of each; `*` stands for all of a kind.
const EVENTS: [(&str, &[&str]); 10] = [
    ("ObjectCreated", &["Put", "Post", "Copy", "CompleteMultipartUpload"]),
    ("ObjectRemoved", &["Delete", "DeleteMarkerCreated"]),
    ("ObjectTagging", &["Put", "Delete"]),
    ("LifecycleExpiration", &["Delete", "DeleteMarkerCreated"]),
    ("ObjectRestore", &["Post", "Completed", "Delete"]),
    ("ObjectAnnotation", &["Put", "Delete"]),
    (
        "Replication",
        &[
            "OperationFailedReplication",
            "OperationMissedThreshold",
            "OperationReplicatedAfterThreshold",
            "OperationNotTracked",
        ],
    ),
    ("ObjectAcl", &["Put"]),
    ("LifecycleTransition", &[]),
    ("IntelligentTiering", &[]),
];

/// A destination of an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// How messages call the ARN.
    pub(crate) kind: &'static str,
    pub(crate) arn: String,
    /// Of the configuration.
    pub(crate) id: String,
}

/// The targets that the configuration of this content names for an event, such as `ObjectCreated:Put`, of a key.
pub(crate) fn targets(content: &str, event: &str, key: &str) -> Vec<Target> {
    all(content, |configuration| {
        configuration.texts("Event").iter().any(|pattern| fits(pattern, event))
            && filters(configuration, key)
    })
}

/// All queues and topics, which get a message when the configuration is put.
pub(crate) fn tested_targets(content: &str) -> Vec<Target> {
    let mut targets = all(content, |_| true);
    targets.retain(|target| target.kind != KINDS[2].2);
    targets
}

fn all(content: &str, is_meant: impl Fn(&Element) -> bool) -> Vec<Target> {
    let root = "NotificationConfiguration";
    // It was read when it was put.
    let Ok(root) = Element::parse(format!("<{root}>{content}</{root}>").as_bytes(), root) else {
        return Vec::new();
    };
    let mut targets = Vec::new();
    for (name, arn, kind) in KINDS {
        for configuration in root.all(name).filter(|it| is_meant(it)) {
            let text = |name| configuration.texts(name).into_iter().next().unwrap_or_default();
            targets.push(Target { kind, arn: text(arn), id: text("Id") });
        }
    }
    targets
}

fn fits(pattern: &str, event: &str) -> bool {
    let pattern = pattern.strip_prefix("s3:").unwrap_or(pattern);
    match pattern.strip_suffix('*') {
        Some(kind) => event.starts_with(kind),
        None => pattern == event,
    }
}

fn filters(configuration: &Element, key: &str) -> bool {
    let rules = configuration.all("Filter").flat_map(|it| it.all("S3Key"));
    let mut rules = rules.flat_map(|it| it.all("FilterRule"));
    rules.all(|rule| {
        let text = |name| rule.texts(name).into_iter().next().unwrap_or_default();
        let value = text("Value");
        if text("Name").eq_ignore_ascii_case("prefix") {
            key.starts_with(&value)
        } else {
            key.ends_with(&value)
        }
    })
}

/// Refuses events that there are not.
pub(super) fn check_events(root: &Element) -> Result<(), Refusal> {
    let is_known = |event: &String| {
        let Some((kind, name)) =
            event.strip_prefix("s3:").map(|event| event.split_once(':').unwrap_or((event, "")))
        else {
            return false;
        };
        let known = EVENTS.iter().find(|(known, _)| *known == kind);
        let lone = event == "s3:ReducedRedundancyLostObject";
        lone || known.is_some_and(|(_, names)| {
            names.contains(&name)
                || (name == "*" && !names.is_empty())
                || (name.is_empty() && names.is_empty())
        })
    };
    let mut events = root.children.iter().flat_map(|configuration| configuration.texts("Event"));
    match events.find(|event| !is_known(event)) {
        None => Ok(()),
        Some(event) => Err(Refusal::invalid_argument(
            "The event is not supported for notifications",
            &event,
            "",
        )),
    }
}

/// Gives configurations without an id one.
pub(crate) fn name_notifications(root: &mut Element, new_id: fn() -> String) {
    let kinds = KINDS.map(|(name, ..)| name);
    for configuration in &mut root.children {
        if kinds.contains(&configuration.name.as_str()) && configuration.texts("Id").is_empty() {
            let id = Element { name: "Id".to_owned(), text: new_id(), ..Element::default() };
            configuration.children.insert(0, id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_keys_choose_the_targets() {
        let content = "<QueueConfiguration><Id>q</Id><Queue>arn:q</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>in/</Value></FilterRule><FilterRule><Name>Suffix</Name><Value>.jpg</Value></FilterRule></S3Key></Filter></QueueConfiguration><TopicConfiguration><Id>t</Id><Topic>arn:t</Topic><Event>s3:ObjectCreated:Put</Event><Event>s3:ObjectRemoved:Delete</Event></TopicConfiguration>";
        let ids = |event, key| {
            let targets = targets(content, event, key);
            targets.into_iter().map(|target| target.id).collect::<Vec<_>>().join(",")
        };
        assert_eq!(ids("ObjectCreated:Put", "in/a.jpg"), "t,q");
        assert_eq!(ids("ObjectCreated:Copy", "in/a.jpg"), "q");
        assert_eq!(ids("ObjectCreated:Copy", "in/a.png"), "");
        assert_eq!(ids("ObjectCreated:Copy", "out/a.jpg"), "");
        assert_eq!(ids("ObjectRemoved:Delete", "x"), "t");
        assert_eq!(ids("ObjectRemoved:DeleteMarkerCreated", "x"), "");
    }
}
