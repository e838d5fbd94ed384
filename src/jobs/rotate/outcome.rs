//! The outcomes of a rotation, and their names.

use crate::jobs::records::RotationResult;

/// The outcome for an object or a former version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RotationOutcome {
    /// This many bytes were sealed with the new key, or would be.
    Rotated(u64),
    /// It has the new key.
    Current,
    /// It is not sealed, and unsealed objects are not selected.
    Plain,
    /// An inventory says that it was not sealed, and unsealed objects are not selected.
    PlainWhenInventoried,
    /// It is sealed, and sealed objects are not selected.
    Sealed,
    /// No rule of config.toml gives it a key.
    NoRule,
    /// It is archived, and must be restored first.
    Archived,
    /// It was deleted during the run.
    Gone,
    /// A former version that needs an old key.
    OldVersion,
    /// A former version that needed an old key, and was deleted.
    DeletedVersion,
}

impl RotationOutcome {
    /// The bytes that were sealed.
    pub(super) fn bytes(self) -> Option<u64> {
        match self {
            RotationOutcome::Rotated(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The value of `result` in the JSON record.
    pub(super) fn result(self) -> RotationResult {
        match self {
            RotationOutcome::Rotated(_) => RotationResult::Rotated,
            RotationOutcome::Current => RotationResult::Current,
            RotationOutcome::Plain | RotationOutcome::PlainWhenInventoried => RotationResult::Plain,
            RotationOutcome::Sealed => RotationResult::Sealed,
            RotationOutcome::NoRule => RotationResult::NoRule,
            RotationOutcome::Archived => RotationResult::Archived,
            RotationOutcome::Gone => RotationResult::Gone,
            RotationOutcome::OldVersion => RotationResult::OldVersion,
            RotationOutcome::DeletedVersion => RotationResult::DeletedVersion,
        }
    }

    /// The word for people.
    pub(super) fn word(self) -> &'static str {
        match self {
            RotationOutcome::Rotated(_) => "rotated",
            RotationOutcome::Current => "current",
            RotationOutcome::Plain | RotationOutcome::PlainWhenInventoried => "plain",
            RotationOutcome::Sealed => "sealed",
            RotationOutcome::NoRule => "no-rule",
            RotationOutcome::Archived => "archived",
            RotationOutcome::Gone => "gone",
            RotationOutcome::OldVersion => "a former version",
            RotationOutcome::DeletedVersion => "a deleted version",
        }
    }

    /// The words after the count in the summary.
    pub(super) fn counted(self, dry_run: bool) -> &'static str {
        match self {
            RotationOutcome::Rotated(_) => "rotated",
            RotationOutcome::Current => "as they should be already",
            RotationOutcome::Plain => "not sealed and left alone",
            RotationOutcome::PlainWhenInventoried => "not sealed when the inventory was taken",
            RotationOutcome::Sealed => "sealed and left alone",
            RotationOutcome::NoRule => "without a rule and left alone",
            RotationOutcome::Archived => "archived and left alone",
            RotationOutcome::Gone => "gone meanwhile",
            RotationOutcome::OldVersion => "former versions left alone",
            RotationOutcome::DeletedVersion if dry_run => "versions would be deleted",
            RotationOutcome::DeletedVersion => "former versions deleted",
        }
    }

    /// The sentence for one object. None if the user need not act.
    pub(super) fn sentence(self, is_sealed: bool, dry_run: bool) -> Option<&'static str> {
        match self {
            RotationOutcome::DeletedVersion if dry_run => {
                Some("a former version, or one by then, that would be deleted")
            }
            RotationOutcome::OldVersion if !is_sealed => {
                Some("a former version that is not sealed")
            }
            RotationOutcome::DeletedVersion if !is_sealed => {
                Some("a former version that was not sealed, deleted")
            }
            RotationOutcome::Plain => Some("not sealed, and left alone: --from none seals it"),
            RotationOutcome::PlainWhenInventoried => Some(
                "not sealed when the inventory was taken, and left alone: --from none seals it",
            ),
            RotationOutcome::Archived => {
                Some("archived, and left alone: restore it, and rotate it again")
            }
            RotationOutcome::OldVersion => Some("a former version that still needs an old key"),
            RotationOutcome::DeletedVersion => {
                Some("a former version that needed an old key, deleted")
            }
            RotationOutcome::Rotated(_)
            | RotationOutcome::Current
            | RotationOutcome::Sealed
            | RotationOutcome::NoRule
            | RotationOutcome::Gone => None,
        }
    }
}
