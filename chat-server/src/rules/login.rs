//! Accounts: making one, and proving that one is its owner.
//!
//! Whether a password fits a hash is found out elsewhere, as that takes long.
//! Here the hash that it was found to fit is held against the one that stands
//! now.

use super::account::{Account, banned};
use super::permission::REGISTER;
use crate::store::PasswordHash;
use chat_proto::{ErrorCode, ErrorReply};

/// Whether a guest becomes an account.
pub fn register(user: Option<&Account>) -> Result<(), ErrorReply> {
    match user {
        Some(user) if !user.guest => Err(ErrorReply::new(
            ErrorCode::Conflict,
            format!(
                "{} is an account already; `password` changes its password",
                user.name
            ),
        )),
        Some(user) if !user.lapsed => Ok(()),
        Some(_) | None => Err(ErrorReply::new(
            ErrorCode::Conflict,
            "your name is no longer yours; connect again with your token, then register",
        )),
    }
}

/// Whether a device comes in whose password was found to fit `verified`; only
/// who knows the password hears of a ban.
pub fn login(
    kept: Option<&PasswordHash>,
    verified: &PasswordHash,
    user: Option<&Account>,
) -> Result<(), ErrorReply> {
    if kept != Some(verified) {
        return Err(bad_credentials());
    }
    match user {
        Some(user) if user.banned => Err(banned()),
        Some(_) | None => Ok(()),
    }
}

/// Whether the password changes whose old one was found to fit `verified`.
pub fn set_password(
    kept: Option<&PasswordHash>,
    verified: &PasswordHash,
) -> Result<(), ErrorReply> {
    if kept == Some(verified) {
        Ok(())
    } else {
        Err(wrong_old_password())
    }
}

/// The one answer to a password that does not fit and to a name that no account has.
pub fn bad_credentials() -> ErrorReply {
    ErrorReply::about(
        ErrorCode::BadCredentials,
        "password",
        "this name and this password do not belong together",
    )
}

/// The old password beside the new one does not fit.
pub fn wrong_old_password() -> ErrorReply {
    ErrorReply::about(
        ErrorCode::BadCredentials,
        "old",
        "the old password is not the one that this account has",
    )
}

/// A guest has no password to change.
pub fn no_password() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Forbidden,
        format!("guests have no password; {REGISTER}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::UserId;
    use chat_proto::{Timestamp, UserName};

    fn guest() -> Account {
        Account {
            id: UserId(1),
            name: UserName::trusted("ada").unwrap(),
            guest: true,
            online: true,
            last_seen: Timestamp::from_millis(0),
            wrote: false,
            lapsed: false,
            banned: false,
        }
    }

    #[test]
    fn a_guest_registers_once_and_while_the_name_is_its_own() {
        let account = Account {
            guest: false,
            ..guest()
        };
        let lapsed = Account {
            lapsed: true,
            ..guest()
        };
        assert_eq!(register(Some(&guest())), Ok(()));
        for other in [Some(&account), Some(&lapsed), None] {
            let refusal = register(other).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::Conflict, "{other:?}");
        }
    }

    #[test]
    fn a_password_that_was_replaced_while_it_was_checked_opens_nothing() {
        let (old, new) = (PasswordHash("old".into()), PasswordHash("new".into()));
        assert_eq!(login(Some(&old), &old, Some(&guest())), Ok(()));
        assert_eq!(set_password(Some(&old), &old), Ok(()));
        for kept in [Some(&new), None] {
            let refusal = login(kept, &old, Some(&guest())).unwrap_err();
            assert_eq!(refusal, bad_credentials());
            let refusal = set_password(kept, &old).unwrap_err();
            assert_eq!(
                (refusal.code, refusal.field.as_deref()),
                (ErrorCode::BadCredentials, Some("old"))
            );
        }
    }

    #[test]
    fn only_who_knows_the_password_hears_of_a_ban() {
        let (right, wrong) = (PasswordHash("right".into()), PasswordHash("wrong".into()));
        let eve = Account {
            banned: true,
            ..guest()
        };
        let told = |verified| login(Some(&right), verified, Some(&eve)).unwrap_err().code;
        assert_eq!(told(&right), ErrorCode::Banned);
        assert_eq!(told(&wrong), ErrorCode::BadCredentials);
    }

    #[test]
    fn a_guest_is_told_how_to_come_by_a_password() {
        assert!(no_password().message.contains(r#""type":"register""#));
    }
}
