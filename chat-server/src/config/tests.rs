//! What may be written, and what is said of what may not.

use super::*;

fn given(arguments: &[&str]) -> Result<Config, WrongSetting> {
    let line = std::iter::once(&"chat-server").chain(arguments);
    Config::check(Written::try_parse_from(line).unwrap())
}

#[test]
fn without_arguments_it_serves_this_machine() {
    let config = given(&[]).unwrap();
    assert_eq!(config.listen.to_string(), DEFAULT_LISTEN);
    assert!(config.data.ends_with("chat-server"));
    assert_eq!(config.files, FilesPlace::Data);
    assert_eq!(config.origins, Policy::default());
    assert_eq!(config.log, LevelFilter::INFO);
    assert_eq!(config.chat.name, "chat");
    assert!(config.chat.guests);
    assert_eq!(config.chat.rates, Rates::On);
    assert_eq!(config.chat.keep_days, None);
    assert_eq!(config.chat.default_rooms[0].as_str(), DEFAULT_ROOM);
}

#[test]
fn what_is_written_is_taken() {
    let config = given(&[
        "--listen",
        "localhost:0",
        "--data",
        "/srv/chat",
        "--files",
        "s3://backups/chat",
        "--rates",
        "off",
        "--keep",
        "30",
        "--guests",
        "off",
        "--proxy",
        "127.0.0.1,10.0.0.0/8",
        "--log",
        "debug",
        "--name",
        "our chat",
        "--public-url",
        "https://chat.example.com/",
        "--allow-origin",
        "https://a.example.com",
        "http://b.example.com:8080/",
        "--allow-origin",
        "*",
    ])
    .unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:0");
    assert_eq!(config.data, PathBuf::from("/srv/chat"));
    assert!(matches!(&config.files, FilesPlace::Bucket(bucket) if bucket.name() == "backups"));
    assert_eq!(config.chat.rates, Rates::Off);
    assert_eq!(config.chat.keep_days, Some(30));
    assert!(!config.chat.guests);
    assert_eq!(config.proxies.len(), 2);
    assert_eq!(config.log, LevelFilter::DEBUG);
    assert_eq!(config.chat.name, "our chat");
    assert_eq!(config.origins.listed.len(), 2);
    assert!(config.origins.any);
    assert_eq!(
        config.origins.public,
        Origin::parse("https://chat.example.com")
    );
}

#[test]
fn what_is_empty_is_as_if_it_were_not_there() {
    let config = given(&["--public-url", "", "--allow-origin", "", "--files", ""]).unwrap();
    assert_eq!(config.public, None);
    assert_eq!(config.origins, Policy::default());
}

#[test]
fn the_public_address_may_be_that_of_the_page_or_of_the_websocket() {
    for (written, page, websocket) in [
        (
            "https://chat.example.com",
            "https://chat.example.com/",
            "wss://chat.example.com/ws",
        ),
        (
            "wss://chat.example.com/ws",
            "https://chat.example.com/",
            "wss://chat.example.com/ws",
        ),
        (
            "http://10.0.0.1:81/",
            "http://10.0.0.1:81/",
            "ws://10.0.0.1:81/ws",
        ),
        (
            "ws://[::1]:7878/ws",
            "http://[::1]:7878/",
            "ws://[::1]:7878/ws",
        ),
    ] {
        let public = check::public(written).unwrap();
        assert_eq!(
            (public.to_string().as_str(), public.websocket().as_str()),
            (page, websocket)
        );
    }
}

#[test]
fn a_wrong_value_names_its_setting_and_what_is_allowed() {
    for (arguments, says) in [
        (["--listen", "7878"], "such as 127.0.0.1:7878"),
        (
            ["--listen", "chat.example.com:7878"],
            "IP address and a port",
        ),
        (["--listen", "127.0.0.1:70000"], "IP address and a port"),
        (["--metrics", "9100"], "IP address and a port"),
        (["--name", "   "], "one line"),
        (["--name", "a\nb"], "one line"),
        (["--public-url", "chat.example.com"], "scheme and a host"),
        (
            ["--public-url", "https://chat.example.com/chat"],
            "without a path",
        ),
        (
            ["--public-url", "ftp://chat.example.com"],
            "scheme and a host",
        ),
        (["--allow-origin", "portal.example.com"], "'*' for all"),
        (["--allow-origin", "null"], "'*' for all"),
        (["--proxy", "nginx"], "10.0.0.0/8"),
        (["--rates", "slow"], "on or off"),
        (["--keep", "0"], "from 1 to 36500, or forever"),
        (["--keep", "a week"], "number of days"),
        (["--guests", "some"], "on or off"),
        (["--log", "loud"], "warn, info"),
    ] {
        let error = given(&arguments).unwrap_err().to_string();
        assert!(error.starts_with(arguments[0]), "{error}");
        assert!(error.contains("CHAT_"), "{error}");
        assert!(error.contains(says), "{error}");
    }
}
