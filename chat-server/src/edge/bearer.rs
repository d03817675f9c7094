//! Who asks, over HTTP: by the token of `welcome`, in a header and nowhere else.

use super::answer::{Answer, broke, refusal, with};
use super::http::Site;
use crate::store::{TokenHash, UserRow};
use chat_proto::{ErrorCode, ErrorReply};
use hyper::header::{self, HeaderMap};

/// The user whose token the request bears; otherwise the answer is 401.
pub(super) async fn user(site: &Site, headers: &HeaderMap) -> Result<UserRow, Box<Answer>> {
    let Some(token) = token(headers) else {
        let message =
            "send the token of your `welcome`, as the header `Authorization: Bearer TOKEN`";
        return Err(unauthorized(ErrorCode::Unauthenticated, message));
    };
    match site
        .node
        .store
        .device(TokenHash::of(&token.to_owned().into()))
        .await
    {
        Ok(Some(user)) => Ok(user),
        Ok(None) => Err(unauthorized(
            ErrorCode::BadCredentials,
            "this token is not known here; say `hello` for another one",
        )),
        Err(error) => Err(broke(&error).into()),
    }
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (given.next(), given.next()) else {
        return None;
    };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}

fn unauthorized(code: ErrorCode, message: &str) -> Box<Answer> {
    let answer = refusal(&ErrorReply::new(code, message));
    with(answer, header::WWW_AUTHENTICATE, "Bearer").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    #[test]
    fn a_token_stands_once_behind_its_scheme() {
        for (given, expected) in [
            (&["Bearer abc"][..], Some("abc")),
            (&["bearer  abc "], Some("abc")),
            (&[], None),
            (&["abc"], None),
            (&["Bearer "], None),
            (&["Basic abc"], None),
            (&["Bearer a", "Bearer b"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in given {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            assert_eq!(token(&headers), expected, "{given:?}");
        }
    }
}
