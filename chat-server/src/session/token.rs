//! Tokens, as a device is given them and as the store knows them.

use super::answer::Refusal;
use crate::store::TokenHash;
use chat_proto::{ErrorCode, ErrorReply};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use std::fmt;

/// A token that this server made: 32 random bytes, not to be guessed, never shown.
#[derive(Clone, Copy)]
pub(super) struct Token([u8; 32]);

impl Token {
    /// A new one.
    pub(super) fn fresh() -> Result<Self, Refusal> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| {
            tracing::error!(%error, "the system gives no randomness");
            Refusal::Error(ErrorReply::new(
                ErrorCode::Unavailable,
                "no token can be made now; try again",
            ))
        })?;
        Ok(Self(bytes))
    }

    /// One that a client has; `None` if it can't be ours.
    pub(super) fn parse(text: &chat_proto::Token) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.reveal().as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As a client is given it.
    pub(super) fn text(&self) -> chat_proto::Token {
        BASE64URL_NOPAD.encode(&self.0).into()
    }

    /// As the store knows it.
    pub(super) fn hash(&self) -> TokenHash {
        TokenHash::of(&self.text())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl TokenHash {
    /// Of a token as a client has it.
    pub fn of(token: &chat_proto::Token) -> Self {
        Self(Sha256::digest(token.reveal().as_bytes()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_again_and_never_shown() {
        let Ok(token) = Token::fresh() else {
            panic!("no randomness")
        };
        let text = token.text();
        let again = Token::parse(&text).unwrap();
        assert_eq!(again.hash(), token.hash());
        assert_eq!(TokenHash::of(&text), token.hash());
        for other in ["", "abc", "not base64!", &"A".repeat(44)] {
            assert!(Token::parse(&other.to_owned().into()).is_none(), "{other}");
        }
        assert_eq!(format!("{token:?} {text:?}"), "Token(…) Token(…)");
    }
}
