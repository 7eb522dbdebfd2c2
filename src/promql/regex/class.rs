//! Sets of characters: `[a-z]`, `[[:alpha:]]`, `\d`, `\p{Greek}`.

use super::Reader;
use crate::promql::Dialect;

const POSIX: &str = "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit";

/// Unicode's categories, and `Any`.
const CATEGORIES: &str = "\
    Any C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp \
    Zs";

/// Unicode's scripts, as Go names them.
const SCRIPTS: &str = "\
    Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali \
    Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma \
    Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari Dives_Akuru Dogra \
    Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek \
    Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana \
    Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada \
    Katakana Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu \
    Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen \
    Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi \
    Mongolian Mro Multani Myanmar Nabataean Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong \
    Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian \
    Old_South_Arabian Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa \
    Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting \
    Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham \
    Tai_Viet Takri Tamil Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Ugaritic Vai Wancho \
    Warang_Citi Yezidi Yi Zanabazar_Square";

/// Scripts of Unicode 14 and 15, which the Go of Prometheus 2.42 did not know. Still newer ones depend on the
/// Go that a server was built with, so they are refused.
const NEWER_SCRIPTS: &str = "Cypro_Minoan Kawi Nag_Mundari Old_Uyghur Tangsa Toto Vithkuqi";

impl Reader<'_> {
    /// From after `[` to after `]`.
    pub(super) fn class(&mut self) -> Result<(), String> {
        self.accept("^");
        let mut first = true;
        loop {
            if self.rest.is_empty() {
                return Err("a missing `]`".to_owned());
            }
            if !first && self.accept("]") {
                return Ok(());
            }
            first = false;
            if let Some(after) = self.rest.strip_prefix("[:")
                && let Some((name, after)) = after.split_once(":]")
            {
                let name = name.strip_prefix('^').unwrap_or(name);
                if !POSIX.split(' ').any(|known| known == name) {
                    return Err(format!("an unknown class `[:{name}:]`"));
                }
                self.rest = after;
                continue;
            }
            let Some(low) = self.class_member(true)? else { continue };
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            // A dash at the very end is left for the next turn, which finds the bracket missing.
            if is_range && self.rest.len() > 1 {
                self.next();
                let high = self.class_member(false)?;
                if high.is_none_or(|high| high < low) {
                    return Err("a range in `[]` that ends before it starts".to_owned());
                }
            }
        }
    }

    /// A character, or `None` for a set such as `\d`, which cannot start or end a range.
    fn class_member(&mut self, sets: bool) -> Result<Option<u32>, String> {
        match self.next() {
            Some('\\') if !sets && self.rest.starts_with(['d', 'D', 's', 'S', 'w', 'W', 'p', 'P']) => {
                Err("a set at the end of a range".to_owned())
            }
            Some('\\') => self.escape(),
            Some(c) => Ok(Some(u32::from(c))),
            None => Err("a missing `]`".to_owned()),
        }
    }

    /// What follows a backslash: a character, or `None` for a set of them.
    pub(super) fn escape(&mut self) -> Result<Option<u32>, String> {
        let Some(c) = self.next() else { return Err("a backslash at the end".to_owned()) };
        let invalid = || Err(format!("an invalid escape `\\{c}`"));
        match c {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => Ok(None),
            'p' | 'P' => self.unicode_class().map(|()| None),
            'a' => Ok(Some(7)),
            'f' => Ok(Some(12)),
            't' => Ok(Some(9)),
            'n' => Ok(Some(10)),
            'r' => Ok(Some(13)),
            'v' => Ok(Some(11)),
            'x' => self.hex().map(Some),
            // A single digit other than 0 would be a back reference, which Go has not.
            '1'..='7' if !self.rest.starts_with(|c: char| c.is_digit(8)) => invalid(),
            '0'..='7' => {
                let mut code = c.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else { break };
                    code = code * 8 + digit;
                    self.next();
                }
                Ok(Some(code))
            }
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(Some(u32::from(c))),
            _ => invalid(),
        }
    }

    /// `41` or `{1F600}`.
    fn hex(&mut self) -> Result<u32, String> {
        let digits = if let Some(rest) = self.rest.strip_prefix('{') {
            let (digits, after) = rest.split_once('}').unwrap_or_default();
            self.rest = after;
            digits
        } else {
            let digits = self.rest.get(..2).unwrap_or_default();
            self.rest = &self.rest[digits.len()..];
            digits
        };
        let all_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, 16).ok().filter(|code| all_hex && *code <= 0x0010_ffff);
        code.ok_or_else(|| "an invalid escape `\\x`".to_owned())
    }

    /// `L` or `{^Greek}`.
    fn unicode_class(&mut self) -> Result<(), String> {
        let name = if let Some(rest) = self.rest.strip_prefix('{') {
            let (name, after) = rest.split_once('}').unwrap_or_default();
            self.rest = after;
            name
        } else {
            let one = self.rest.chars().next().map_or(0, char::len_utf8);
            let (name, after) = self.rest.split_at(one);
            self.rest = after;
            name
        };
        let bare = name.strip_prefix('^').unwrap_or(name);
        let newer = if self.dialect == Dialect::V3 { NEWER_SCRIPTS } else { "" };
        let mut names = [CATEGORIES, SCRIPTS, newer].into_iter().flat_map(|list| list.split(' '));
        let known = names.any(|known| known == bare);
        if known && !bare.is_empty() { Ok(()) } else { Err(format!("an unknown class `\\p{{{name}}}`")) }
    }
}
