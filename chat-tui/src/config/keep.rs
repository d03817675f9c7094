//! One setting changed in the text of a configuration, all else left as it is.

use crate::config;
use crate::core::look::ThemeName;
use crate::core::overlay::theme_name;

/// The text with this theme in it; `None`: it is written in a way that this
/// does not understand.
pub fn with_theme(text: &str, theme: Option<ThemeName>) -> Option<String> {
    let wanted = format!("theme = \"{}\"", theme_name(theme));
    let changed = put(text, "[look]", "theme", &wanted);
    let before = config::read(text.as_bytes()).1.len();
    let (settings, problems) = config::read(changed.as_bytes());
    (settings.look.theme == theme && problems.len() <= before).then_some(changed)
}

/// Puts a line into a table, in the place of the one of that name.
fn put(text: &str, table: &str, name: &str, wanted: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let is_table = |line: &&str| line.split('#').next().unwrap_or_default().trim() == table;
    let Some(head) = lines.iter().position(is_table) else {
        let between = if text.is_empty() { "" } else { "\n" };
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        return format!("{text}{end}{between}{table}\n{wanted}\n");
    };
    let own = lines[head + 1..]
        .iter()
        .take_while(|line| !line.trim_start().starts_with('['));
    let is_named = |line: &&str| {
        let rest = line.trim_start().strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    match own.clone().position(is_named) {
        Some(at) => {
            let at = head + 1 + at;
            let said = lines[at].split_once('#').map(|(_, said)| said.trim());
            let line = match said {
                Some(said) => format!("{wanted}  # {said}"),
                None => wanted.to_owned(),
            };
            lines[at] = &line;
            lines.join("\n") + "\n"
        }
        None => {
            lines.insert(head + 1, wanted);
            lines.join("\n") + "\n"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_line_is_another() {
        let dark = Some(ThemeName::Dark);
        for (text, theme, expected) in [
            ("", dark, "[look]\ntheme = \"dark\"\n"),
            (
                "preset = \"emacs\"",
                dark,
                "preset = \"emacs\"\n\n[look]\ntheme = \"dark\"\n",
            ),
            (
                "[look]\nascii = true\n\n[keys]\nhelp = \"F9\"\n",
                dark,
                "[look]\ntheme = \"dark\"\nascii = true\n\n[keys]\nhelp = \"F9\"\n",
            ),
            (
                "[look] # mine\n  theme=\"light\" # for the train\nascii = true",
                None,
                "[look] # mine\ntheme = \"auto\"  # for the train\nascii = true\n",
            ),
        ] {
            assert_eq!(with_theme(text, theme).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_written_otherwise_is_left_alone() {
        let dark = Some(ThemeName::Dark);
        for text in [
            "look.theme = \"light\"\n",
            "look = { theme = \"light\" }\n",
            "[look]\ntheme = \"\"\"\nlight\"\"\"\n",
        ] {
            assert_eq!(with_theme(text, dark), None, "{text}");
        }
        let printed = config::print_default();
        let changed = with_theme(&printed, dark).unwrap();
        let others = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with("theme = "));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(others(&printed), others(&changed));
    }
}
