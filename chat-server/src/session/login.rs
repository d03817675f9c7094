//! Accounts: making one, coming in by password, changing it, logging out.
//!
//! What takes long, hashing, is waited for here; what is decided, is decided
//! in the store by the rules. The time that a connection has for `hello`
//! stands still while its password is checked.

use super::Session;
use super::answer::{Refusal, mismatch};
use super::close::Close;
use super::token::Token;
use crate::password::{NotHashed, RETRY};
use crate::rate::{self, Door};
use crate::rules::login as rules;
use crate::store::{Change, Committed, Login, Logout, PasswordHash, Register, SetPassword};
use chat_proto::codec::{Frame, invalid_field};
use chat_proto::reply::{Done, Registered};
use chat_proto::{ErrorCode, ErrorReply, Password, RequestId, UserName, request};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// What the store is asked for a `hello` with a password.
    pub(super) async fn login(
        &mut self,
        name: Option<UserName>,
        password: Password,
        fresh: &Token,
    ) -> Result<Change, Refusal> {
        let name = name.ok_or_else(|| invalid_field("name", "is missing beside the password"))?;
        let began = Instant::now();
        let checked = self.check(name, password).await;
        self.hello_until += began.elapsed();
        let login = checked?.map(|(user, verified)| Login {
            user,
            verified,
            fresh: fresh.hash(),
        });
        Ok(Change::Login(login.ok_or_else(rules::bad_credentials)?))
    }

    /// The account whose password this is, and the hash that it fits.
    async fn check(
        &self,
        name: UserName,
        password: Password,
    ) -> Result<Option<(crate::store::UserId, PasswordHash)>, Refusal> {
        let doors = &self.node.doors;
        doors.try_password(&name, self.from, self.node.uptime())?;
        let found = self.node.store.credentials(name.clone()).await?;
        let kept = found.as_ref().map(|found| found.password.clone());
        let fits = self.node.passwords.fits(password, kept).await;
        if fits != Ok(false) {
            doors.forget_password(&name, self.from);
        }
        let fits = fits?;
        Ok(found
            .filter(|_| fits)
            .map(|found| (found.user, found.password)))
    }

    pub(super) async fn register(
        &mut self,
        id: Option<&RequestId>,
        register: request::Register,
    ) -> Result<(), Refusal> {
        let (person, token) = (self.person()?, self.device()?);
        let now = self.node.uptime();
        self.node.doors.knock(Door::Password, self.from, now)?;
        let change = Change::Register(Register {
            user: person.id(),
            password: self.node.passwords.hash(register.password).await?,
        });
        self.change_account(change).await?;
        let registered = Registered {
            user: person.name(),
            token: token.text(),
        };
        self.push(&Frame::Registered(registered), id);
        Ok(())
    }

    pub(super) async fn change_password(
        &mut self,
        id: Option<&RequestId>,
        change: request::ChangePassword,
    ) -> Result<(), Refusal> {
        let (person, token) = (self.person()?, self.device()?);
        if person.is_guest() {
            return Err(rules::no_password().into());
        }
        let (user, verified) = self
            .check(person.name(), change.old)
            .await?
            .filter(|(user, _)| *user == person.id())
            .ok_or_else(rules::wrong_old_password)?;
        let change = Change::SetPassword(SetPassword {
            user,
            verified,
            password: self.node.passwords.hash(change.new).await?,
            keep: token.hash(),
        });
        self.change_account(change).await?;
        self.push(&Frame::Done(Done::default()), id);
        Ok(())
    }

    pub(super) async fn logout(&mut self, id: Option<&RequestId>) -> Result<(), Refusal> {
        let change = Change::Logout(Logout {
            user: self.person()?.id(),
            token: self.device()?.hash(),
        });
        self.change_account(change).await?;
        self.push(&Frame::Done(Done::default()), id);
        Err(Refusal::Close(Close::Bye))
    }

    async fn change_account(&self, change: Change) -> Result<(), Refusal> {
        match self.commit(change).await? {
            Committed::Account => Ok(()),
            _ => Err(mismatch("an account")),
        }
    }

    /// The token of this connection's device.
    fn device(&self) -> Result<Token, ErrorReply> {
        self.token
            .ok_or_else(|| ErrorReply::new(ErrorCode::Unauthenticated, "say hello first"))
    }
}

impl From<NotHashed> for Refusal {
    fn from(why: NotHashed) -> Self {
        Self::Error(match why {
            NotHashed::Busy => {
                rate::refusal("too many passwords are being checked right now", RETRY)
            }
            NotHashed::Failed => ErrorReply::new(
                ErrorCode::Unavailable,
                "passwords can't be checked now; nothing was done, try again",
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::password::Passwords;
    use crate::session::visit::Visit;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn the_time_for_hello_stands_still_while_a_password_is_checked() {
        let (passwords, go) = Passwords::held();
        let mut client = Visit::with(passwords, 1 << 16).await;
        client
            .say(r#"{"type":"hello","name":"ada","password":"wrong horse"}"#)
            .await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(go);
        client.said("bad_credentials").await;
        client.say(r#"{"type":"ping"}"#).await;
        client.said("pong").await;
        // And then it runs out as ever.
        client.said("no hello within 15 seconds").await;
        client.ended().await;
    }
}
