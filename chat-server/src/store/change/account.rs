//! Changes to accounts and their devices.
//!
//! Passwords come in here only as hashes: hashing takes long, so it is done
//! before the change is handed in (`crate::password`), and a change that was
//! decided by a hash names it, so that one that was replaced meanwhile opens
//! nothing.

use crate::store::row::{PasswordHash, TokenHash, UserId};

/// Someone comes in with a password that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The account.
    pub user: UserId,
    /// What the password was found to fit.
    pub verified: PasswordHash,
    /// Of the device, which is a new one.
    pub fresh: TokenHash,
}

/// A guest becomes an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The guest.
    pub user: UserId,
    /// Of the account from now on.
    pub password: PasswordHash,
}

/// An account gets another password, and the other devices are logged out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetPassword {
    /// The account.
    pub user: UserId,
    /// What the old password was found to fit.
    pub verified: PasswordHash,
    /// From now on.
    pub password: PasswordHash,
    /// The device that stays.
    pub keep: TokenHash,
}

/// A device's token is void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logout {
    /// Whose device.
    pub user: UserId,
    /// Which.
    pub token: TokenHash,
}

/// Which of a user's devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Devices {
    /// Only this one.
    This(TokenHash),
    /// The others.
    AllBut(TokenHash),
    /// Every one.
    All,
}

impl Devices {
    /// Whether the device with this token is among them.
    pub fn has(&self, token: &TokenHash) -> bool {
        match self {
            Self::This(this) => this == token,
            Self::AllBut(kept) => kept != token,
            Self::All => true,
        }
    }
}
