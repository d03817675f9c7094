//! What the operator may do with accounts.

use super::account::{Account, Wish, bear};
use chat_proto::{ErrorCode, ErrorReply, Timestamp, UserName};

/// Whether an account of this name can be made.
pub fn add(wish: Wish<'_>, now: Timestamp) -> Result<UserName, ErrorReply> {
    bear(wish, now)
}

/// The user that the operator means, guest or not.
pub fn anyone<'a>(name: &UserName, bearer: Option<&'a Account>) -> Result<&'a Account, ErrorReply> {
    bearer
        .filter(|bearer| bearer.name.key() == name.key())
        .ok_or_else(|| no_account(name))
}

/// The account that the operator means; `bearer` has that name, or one like it.
pub fn account<'a>(
    name: &UserName,
    bearer: Option<&'a Account>,
) -> Result<&'a Account, ErrorReply> {
    let account = anyone(name, bearer)?;
    if account.guest {
        return Err(ErrorReply::about(
            ErrorCode::Conflict,
            "name",
            format!("{name} is a guest: let them register first"),
        ));
    }
    Ok(account)
}

/// Nobody is called so.
pub fn no_account(name: &UserName) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::NotFound,
        "name",
        format!("there is no {name}; `chat-server admin users` lists those that there are"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::UserId;

    #[test]
    fn the_operator_means_accounts_by_their_very_names() {
        let name = |text| UserName::trusted(text).unwrap();
        let ada = Account {
            id: UserId(1),
            name: name("Ada"),
            guest: false,
            online: false,
            last_seen: Timestamp::from_millis(0),
            wrote: false,
            lapsed: false,
            banned: false,
        };
        let guest = Account {
            guest: true,
            ..ada.clone()
        };
        assert_eq!(account(&name("ada"), Some(&ada)), Ok(&ada));
        assert_eq!(anyone(&name("ADA"), Some(&guest)), Ok(&guest));
        assert!(anyone(&name("аda"), Some(&guest)).is_err());
        for (asked, bearer, code) in [
            ("ada", Some(&guest), ErrorCode::Conflict),
            ("аda", Some(&ada), ErrorCode::NotFound),
            ("bob", None, ErrorCode::NotFound),
        ] {
            assert_eq!(account(&name(asked), bearer).unwrap_err().code, code);
        }
    }
}
