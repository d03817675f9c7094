//! A colour as red, green and blue, and how far two of them are apart.

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

impl Rgb {
    /// As it is written: `0xd8dbe2`.
    pub(super) const fn hex(code: u32) -> Self {
        let [_, r, g, b] = code.to_be_bytes();
        Self(r, g, b)
    }

    /// How bright it is, from 0 to 1 (WCAG 2).
    fn luminance(self) -> f64 {
        let part = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(self.0) + 0.7152 * part(self.1) + 0.0722 * part(self.2)
    }

    /// How unlike another it looks; the eye sees green best and blue least.
    pub(super) fn distance(self, other: Self) -> u32 {
        let by = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        3 * by(self.0, other.0) + 6 * by(self.1, other.1) + by(self.2, other.2)
    }
}

/// How well one stands out from the other: from 1 to 21 (WCAG 2).
pub(super) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (a, b) = (one.luminance(), other.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let (black, white) = (Rgb::hex(0), Rgb::hex(0xff_ffff));
        assert!((contrast(black, white) - 21.0).abs() < 0.01);
        assert!((contrast(white, white) - 1.0).abs() < 0.01);
        // The lightest grey that is allowed on white.
        let grey = contrast(Rgb::hex(0x76_7676), white);
        assert!((grey - 4.54).abs() < 0.01, "{grey}");
    }
}
