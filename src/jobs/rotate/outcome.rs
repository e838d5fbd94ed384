//! What became of an object.

/// What became of an object, or of a version of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// So many bytes were sealed with the new key, or would be.
    Rotated(u64),
    /// It has the new key.
    Current,
    /// It is not sealed, and such objects are not meant.
    Plain,
    /// The same, as an inventory says.
    PlainWhenInventoried,
    /// It is sealed, and such objects are not meant.
    Sealed,
    /// It must be restored first.
    Archived,
    /// It was deleted meanwhile.
    Gone,
    /// A former version that needs an old key.
    OldVersion,
    /// Such a version, deleted.
    DeletedVersion,
}

impl Outcome {
    /// The bytes that were sealed.
    pub(super) fn bytes(self) -> Option<u64> {
        match self {
            Outcome::Rotated(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// As programs read it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Outcome::Rotated(_) => "rotated",
            Outcome::Current => "current",
            Outcome::Plain | Outcome::PlainWhenInventoried => "plain",
            Outcome::Sealed => "sealed",
            Outcome::Archived => "archived",
            Outcome::Gone => "gone",
            Outcome::OldVersion => "old-version",
            Outcome::DeletedVersion => "deleted-version",
        }
    }

    /// As the summary counts it.
    pub(super) fn counted(self, dry_run: bool) -> &'static str {
        match self {
            Outcome::Rotated(_) => "rotated",
            Outcome::Current => "as they should be already",
            Outcome::Plain => "not sealed and left alone",
            Outcome::PlainWhenInventoried => "not sealed when the inventory was taken",
            Outcome::Sealed => "sealed and left alone",
            Outcome::Archived => "archived and left alone",
            Outcome::Gone => "gone meanwhile",
            Outcome::OldVersion => "former versions left alone",
            Outcome::DeletedVersion if dry_run => "versions would be deleted",
            Outcome::DeletedVersion => "former versions deleted",
        }
    }

    /// As people read it of one object; none where there is nothing to do about it.
    pub(super) fn sentence(self, is_sealed: bool, dry_run: bool) -> Option<&'static str> {
        match self {
            Outcome::DeletedVersion if dry_run => {
                Some("a former version, or one by then, that would be deleted")
            }
            Outcome::OldVersion if !is_sealed => Some("a former version that is not sealed"),
            Outcome::DeletedVersion if !is_sealed => {
                Some("a former version that was not sealed, deleted")
            }
            Outcome::Plain => Some("not sealed, and left alone: --from none seals it"),
            Outcome::PlainWhenInventoried => Some(
                "not sealed when the inventory was taken, and left alone: --from none seals it",
            ),
            Outcome::Archived => Some("archived, and left alone: restore it, and rotate it again"),
            Outcome::OldVersion => Some("a former version that still needs an old key"),
            Outcome::DeletedVersion => Some("a former version that needed an old key, deleted"),
            Outcome::Rotated(_) | Outcome::Current | Outcome::Sealed | Outcome::Gone => None,
        }
    }
}
