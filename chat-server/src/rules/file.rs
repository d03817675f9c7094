//! Files: who may upload, attach and fetch them, and how much waits unattached.

use super::permission::{Actor, Deed, Place, may};
use crate::store::{RoomId, UserId};
use chat_proto::limits::FILES_OF_MESSAGE;
use chat_proto::{ErrorCode, ErrorReply, RoomName};

/// How long an uploaded file waits to be attached.
pub const UNATTACHED_MS: i64 = 24 * 60 * 60 * 1000;
/// Files of one user that may wait at a time.
pub const UNATTACHED_FILES: u64 = 20;

/// What of a user's files waits to be attached, those under way among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unattached {
    /// How many.
    pub files: u64,
    /// How large they are, or may become.
    pub bytes: u64,
}

/// What is known of a file that somebody wants to attach or to fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploaded {
    /// Who uploaded it.
    pub by: UserId,
    /// To which room.
    pub room: RoomId,
    /// A message has it.
    pub attached: bool,
}

/// Whether somebody may upload a file of so many bytes; `bytes_max` is how
/// much of theirs may wait.
pub fn upload(
    room: &RoomName,
    asked: Option<(&Place, Actor)>,
    waiting: Unattached,
    bytes: u64,
    bytes_max: u64,
) -> Result<(), ErrorReply> {
    may(room, asked, Deed::Send)?;
    if waiting.files >= UNATTACHED_FILES {
        return Err(too_large(format!(
            "{} of your files wait to be attached, and that is the limit; \
             attach them by `send`, or wait until they are gone a day after their upload",
            waiting.files
        )));
    }
    if waiting.bytes.saturating_add(bytes) > bytes_max {
        return Err(too_large(format!(
            "{} bytes of your files wait to be attached, and with {bytes} more they would pass \
             the limit of {bytes_max}; attach them by `send` first",
            waiting.bytes
        )));
    }
    Ok(())
}

/// Whether a message may have so many files.
pub fn count(files: usize) -> Result<(), ErrorReply> {
    if files <= FILES_OF_MESSAGE {
        return Ok(());
    }
    Err(too_large(format!(
        "{files} files are too many for one message; the limit is {FILES_OF_MESSAGE}"
    )))
}

/// Whether a file goes with a message of this author in this room.
pub fn attach(
    id: &str,
    file: Option<Uploaded>,
    author: UserId,
    room: RoomId,
) -> Result<(), ErrorReply> {
    let shown: String = id.chars().take(32).collect();
    let refused = |code, problem: &str| {
        Err(ErrorReply::about(
            code,
            "files",
            format!("the file {shown:?} {problem}"),
        ))
    };
    match file {
        None => refused(
            ErrorCode::NotFound,
            "is not there; one that is not attached within a day is gone",
        ),
        Some(file) if file.by != author => refused(
            ErrorCode::Conflict,
            "was uploaded by somebody else; upload it yourself to attach it",
        ),
        Some(file) if file.room != room => refused(
            ErrorCode::Conflict,
            "was uploaded to another room; upload it to this one to attach it here",
        ),
        Some(file) if file.attached => refused(
            ErrorCode::Conflict,
            "is attached to another message; upload it again to attach it once more",
        ),
        Some(_) => Ok(()),
    }
}

/// Whether somebody may fetch a file; `member` says whether it is in the file's room.
pub fn may_fetch(file: Uploaded, user: UserId, member: bool) -> bool {
    if file.attached {
        member
    } else {
        file.by == user
    }
}

fn too_large(message: String) -> ErrorReply {
    ErrorReply::about(ErrorCode::TooLarge, "files", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::permission::sample::OUTSIDE;
    use chat_proto::event::Role;

    const ADA: UserId = UserId(1);
    const BOB: UserId = UserId(2);
    const DEV: RoomId = RoomId(1);
    const OPS: RoomId = RoomId(2);

    #[test]
    fn members_who_may_write_upload_until_too_much_of_theirs_waits() {
        let room = RoomName::trusted("dev").unwrap();
        let member = Place {
            role: Some(Role::Member),
            ..OUTSIDE
        };
        let out = Place {
            role: None,
            ..member
        };
        let muted = Place {
            muted: true,
            ..member
        };
        let of = |files, bytes| Unattached { files, bytes };
        for (place, waiting, bytes, expected) in [
            (Some(member), of(0, 0), 100, None),
            (Some(member), of(UNATTACHED_FILES - 1, 60), 40, None),
            (
                Some(member),
                of(UNATTACHED_FILES, 0),
                1,
                Some(ErrorCode::TooLarge),
            ),
            (Some(member), of(1, 60), 41, Some(ErrorCode::TooLarge)),
            (Some(member), of(1, u64::MAX), 1, Some(ErrorCode::TooLarge)),
            (Some(muted), of(0, 0), 1, Some(ErrorCode::Muted)),
            (Some(out), of(0, 0), 1, Some(ErrorCode::NotMember)),
            (None, of(0, 0), 1, Some(ErrorCode::NotFound)),
        ] {
            let asked = place.as_ref().map(|place| (place, Actor::default()));
            let got = upload(&room, asked, waiting, bytes, 100);
            assert_eq!(got.err().map(|error| error.code), expected, "{waiting:?}");
        }
    }

    #[test]
    fn a_file_goes_with_one_message_of_its_uploader_in_its_room() {
        let file = Uploaded {
            by: ADA,
            room: DEV,
            attached: false,
        };
        let attached = Uploaded {
            attached: true,
            ..file
        };
        for (file, author, room, expected) in [
            (Some(file), ADA, DEV, None),
            (Some(file), BOB, DEV, Some(ErrorCode::Conflict)),
            (Some(file), ADA, OPS, Some(ErrorCode::Conflict)),
            (Some(attached), ADA, DEV, Some(ErrorCode::Conflict)),
            (None, ADA, DEV, Some(ErrorCode::NotFound)),
        ] {
            let got = attach("id", file, author, room);
            assert_eq!(got.err().map(|error| error.code), expected, "{file:?}");
        }
        assert_eq!(count(FILES_OF_MESSAGE), Ok(()));
        let many = count(FILES_OF_MESSAGE + 1).unwrap_err();
        assert_eq!(many.code, ErrorCode::TooLarge);
    }

    #[test]
    fn a_file_is_its_uploaders_alone_and_then_the_rooms() {
        let file = |attached| Uploaded {
            by: ADA,
            room: DEV,
            attached,
        };
        for (attached, user, member, expected) in [
            (false, ADA, true, true),
            (false, BOB, true, false),
            (true, BOB, true, true),
            (true, BOB, false, false),
            (true, ADA, false, false),
        ] {
            let got = may_fetch(file(attached), user, member);
            assert_eq!(got, expected, "{attached} {user:?} {member}");
        }
    }
}
