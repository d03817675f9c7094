//! Addresses that people write: which are opened without asking, and which
//! host they really lead to. Pure.

use unicode_security::MixedScript as _;

/// Whether an address is opened without asking: what a browser or a mail
/// program takes.
pub fn opens(link: &str) -> bool {
    let begins = |scheme: &str| {
        let start = link.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    begins("https://") || begins("http://") || begins("mailto:")
}

/// Whether a text is an address of any kind.
pub fn is_link(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && (text.contains("://") || opens(text))
}

/// The host in the letters of its real name, where it looks like another: its
/// letters are of several scripts, or something stands before an `@`.
pub fn true_host(link: &str) -> Option<String> {
    let (_, rest) = link.split_once("://")?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (user, host) = match rest[..end].rsplit_once('@') {
        Some((_, host)) => (true, host),
        None => (false, &rest[..end]),
    };
    let host = host.split(':').next().unwrap_or(host);
    if !user && host.is_single_script() {
        return None;
    }
    let labels = host.split(['.', '。', '．']).map(ascii);
    Some(labels.collect::<Vec<_>>().join("."))
}

/// A part of a host's name as the network knows it.
fn ascii(label: &str) -> String {
    let label = label.to_lowercase();
    if label.is_ascii() {
        return label;
    }
    match punycode(&label) {
        Some(code) => format!("xn--{code}"),
        None => "?".to_owned(),
    }
}

/// RFC 3492; `None`: longer than any name can be.
fn punycode(label: &str) -> Option<String> {
    const CHARS_MAX: usize = 63;
    let chars: Vec<u32> = label.chars().map(u32::from).collect();
    if chars.len() > CHARS_MAX {
        return None;
    }
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let (mut code, mut delta, mut bias, mut handled) = (128u32, 0u32, 72u32, basic);
    let all = u32::try_from(chars.len()).ok()?;
    while handled < all {
        let next = chars.iter().copied().filter(|c| *c >= code).min()?;
        delta = delta.checked_add((next - code).checked_mul(handled + 1)?)?;
        code = next;
        for c in &chars {
            if *c < code {
                delta = delta.checked_add(1)?;
            }
            if *c == code {
                number(delta, bias, &mut out);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        code += 1;
    }
    Some(out)
}

/// A number of variable length, its digits `a` to `z` and `0` to `9`.
fn number(mut left: u32, bias: u32, out: &mut String) {
    let mut digit = |value: u32| {
        let c = match value {
            0..26 => b'a' + value as u8,
            _ => b'0' + (value - 26) as u8,
        };
        out.push(char::from(c));
    };
    let mut k = 36;
    loop {
        let least = k.max(bias + 1).saturating_sub(bias).clamp(1, 26);
        if left < least {
            return digit(left);
        }
        digit(least + (left - least) % (36 - least));
        left = (left - least) / (36 - least);
        k += 36;
    }
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_host_that_looks_like_another_is_told_by_its_real_name() {
        for (link, host) in [
            ("https://example.org/ü", None),
            ("https://müller.de/x", None),
            ("https://пример.рф", None),
            ("https://p\u{430}ypal.com/login", Some("xn--pypal-4ve.com")),
            ("https://bücher.пример", Some("xn--bcher-kva.xn--e1afmkfd")),
            ("https://google.com@evil.example:80/", Some("evil.example")),
            ("https://a.b/@c", None),
            ("mailto:ada@a.b", None),
        ] {
            assert_eq!(true_host(link).as_deref(), host, "{link}");
        }
    }

    #[test]
    fn only_browsers_and_mail_are_not_asked_for() {
        for (link, unasked) in [
            ("https://a.b", true),
            ("HTTP://a.b", true),
            ("mailto:a@b.c", true),
            ("file:///etc/passwd", false),
            ("ssh://-oProxyCommand=x/", false),
            ("javascript:x", false),
        ] {
            assert_eq!(opens(link), unasked, "{link}");
        }
        assert!(is_link("ssh://a.b") && !is_link("[file: a.txt, 3 bytes]"));
    }

    proptest! {
        #[test]
        fn no_host_breaks_it(host in "\\PC{0,80}") {
            let found = true_host(&format!("https://{host}"));
            prop_assert!(found.is_none_or(|host| host.is_ascii()));
        }
    }
}
