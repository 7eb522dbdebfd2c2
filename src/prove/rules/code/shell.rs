//! Shell code as the commands that it would run: words without quotes, pipes, and where everything stands.

use std::ops::Range;

/// A word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Its text without quotes; variables stay as they are written.
    pub(super) text: String,
    /// Its bytes in the source, with quotes.
    pub(super) at: Range<usize>,
    /// Whether any of it stands in quotes.
    pub(super) quoted: bool,
}

/// What stands behind a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// The end of a line, `;`, `&&` or `||`.
    End,
    /// `|`
    Pipe,
    /// `&`: it goes on in the background.
    Background,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    /// What stands behind it, and where.
    pub(super) joint: Joint,
    pub(super) joint_at: usize,
    /// Whether a pipe or a document feeds it.
    pub(super) fed: bool,
}

/// What a text runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) commands: Vec<Command>,
    /// Where a quote stands that is never closed.
    pub(super) open_quote: Option<usize>,
}

impl Command {
    /// The words from the program on: without variables set for it, and without `sudo`, `time` and their like.
    pub(super) fn program(&self) -> &[Word] {
        let mut words = self.words.as_slice();
        while let [first, rest @ ..] = words {
            let sets = first.text.split_once('=').is_some_and(|(name, _)| is_name(name)) && !first.quoted;
            let wraps = matches!(
                first.text.as_str(),
                "sudo"
                    | "time"
                    | "exec"
                    | "nohup"
                    | "$"
                    | "!"
                    | "if"
                    | "then"
                    | "do"
                    | "while"
                    | "until"
                    | "{"
                    | "else"
            );
            if !sets && !wraps {
                break;
            }
            words = rest;
        }
        words
    }

    /// The container in which `docker exec` and `kubectl exec` run a program, and the words of that program.
    pub(super) fn inside(&self) -> (Option<&str>, &[Word]) {
        let words = self.program();
        let text = |index: usize| words.get(index).map_or("", |word| word.text.as_str());
        let exec = words.iter().take(6).position(|word| word.text == "exec");
        let Some(exec) =
            exec.filter(|_| matches!(text(0), "docker" | "kubectl" | "docker-compose" | "podman"))
        else {
            return (None, words);
        };
        if let Some(dashes) = words.iter().position(|word| word.text == "--") {
            let name = words[exec + 1..dashes].iter().find(|word| !word.text.starts_with('-'));
            return (name.map(|word| word.text.as_str()), &words[dashes + 1..]);
        }
        let name = (exec + 1..words.len()).find(|index| !text(*index).starts_with('-'));
        name.map_or((None, words), |name| (Some(text(name)), &words[name + 1..]))
    }
}

/// How long `<name>` is, with which documents mark what the reader is to fill in.
fn to_fill_in(text: &str) -> usize {
    let Some(end) = text.find('>') else { return 0 };
    let name = &text[1..end];
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    let is =
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(word) && !name.ends_with(' ');
    if is { end + 1 } else { 0 }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Reads shell code. Where lines begin with the prompt `$`, the others are what commands answered.
pub(super) fn script(text: &str) -> Script {
    let prompted = text.lines().any(|line| line.trim_start().starts_with("$ "));
    let mut reader = Reader {
        text,
        at: 0,
        script: Script::default(),
        words: Vec::new(),
        fed: false,
        ends: Vec::new(),
        prompted,
    };
    reader.read(text.len());
    reader.script
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    script: Script,
    words: Vec<Word>,
    fed: bool,
    /// The words that end the documents whose bodies begin on the next line.
    ends: Vec<String>,
    prompted: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn read(&mut self, end: usize) {
        while self.at < end {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { break };
            let line_start = self.at == 0 || self.text[..self.at].ends_with('\n');
            if line_start
                && self.prompted
                && self.words.is_empty()
                && !rest.trim_start_matches(' ').starts_with("$ ")
            {
                self.skip_line();
                continue;
            }
            match c {
                '\n' => self.end_line(),
                '\\' if rest[1..].starts_with('\n') => self.at += 2,
                '\\' if rest[1..].starts_with("\r\n") => self.at += 3,
                _ if c.is_whitespace() => self.at += c.len_utf8(),
                '#' => self.skip_comment(),
                '|' if rest.starts_with("||") => self.end(Joint::End, 2),
                '|' => self.end(Joint::Pipe, 1),
                '&' if rest.starts_with("&&") => self.end(Joint::End, 2),
                '&' if rest.starts_with("&>") => self.at += 2,
                '&' => self.end(Joint::Background, 1),
                ';' | '(' | ')' => self.end(Joint::End, 1),
                '<' if rest.starts_with("<<<") => self.feed(3),
                '<' if rest.starts_with("<<") => self.document(),
                '<' if to_fill_in(rest) > 0 => self.word(),
                '<' | '>' => self.redirect(),
                _ => self.word(),
            }
        }
        self.end(Joint::End, 0);
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').map_or(self.rest().len(), |at| at + 1);
    }

    fn skip_comment(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn feed(&mut self, length: usize) {
        self.fed = true;
        self.at += length;
    }

    fn end(&mut self, joint: Joint, length: usize) {
        let joint_at = self.at;
        self.at += length;
        let fed = std::mem::replace(&mut self.fed, joint == Joint::Pipe);
        let words = std::mem::take(&mut self.words);
        if !words.is_empty() {
            self.script.commands.push(Command { words, joint, joint_at, fed });
        }
    }

    fn end_line(&mut self) {
        // A pipe at the end of a line goes on in the next.
        let piped = self.words.is_empty() && self.fed;
        if piped {
            self.at += 1;
        } else {
            self.end(Joint::End, 1);
        }
        for end in std::mem::take(&mut self.ends) {
            while self.at < self.text.len() {
                let line = self.rest().lines().next().unwrap_or_default();
                let closes = line.trim() == end;
                self.skip_line();
                if closes {
                    break;
                }
            }
        }
    }

    /// `<<EOF`: the lines up to EOF are fed to the command.
    fn document(&mut self) {
        self.at += 2;
        if self.rest().starts_with('-') {
            self.at += 1;
        }
        let skipped = self.rest().len() - self.rest().trim_start_matches(' ').len();
        self.at += skipped;
        self.fed = true;
        let word = self
            .rest()
            .split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '>' | ')'))
            .next()
            .unwrap_or_default()
            .to_owned();
        self.at += word.len();
        self.ends.push(word.trim_matches(['\'', '"', '\\']).to_owned());
    }

    /// `> file`, `2>&1`, `< file`: no words of the command.
    fn redirect(&mut self) {
        self.fed |= self.rest().starts_with('<');
        // The number before it is a file descriptor.
        if self.words.last().is_some_and(|word| {
            word.at.end == self.at && word.text.len() == 1 && word.text.bytes().all(|b| b.is_ascii_digit())
        }) {
            self.words.pop();
        }
        let marks = self.rest().len() - self.rest().trim_start_matches(['<', '>', '&']).len();
        self.at += marks;
        let spaces = self.rest().len() - self.rest().trim_start_matches(' ').len();
        self.at += spaces;
        let before = self.words.len();
        if !self.rest().starts_with(['\n', '|', ';', '&', ')']) && !self.rest().is_empty() {
            self.word();
            self.words.truncate(before);
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let (mut text, mut quoted) = (String::new(), false);
        while let Some(c) = self.rest().chars().next() {
            match c {
                _ if c.is_whitespace() => break,
                '<' if to_fill_in(self.rest()) > 0 => {
                    let length = to_fill_in(self.rest());
                    text.push_str(&self.rest()[..length]);
                    self.at += length;
                }
                '|' | '&' | ';' | '(' | ')' | '<' | '>' => break,
                '\'' | '"' => {
                    quoted = true;
                    if !self.quote(c, &mut text) {
                        self.script.open_quote.get_or_insert(self.at);
                        self.at = self.text.len();
                    }
                }
                '\\' => {
                    let next = self.rest()[1..].chars().next();
                    self.at += 1 + next.map_or(0, char::len_utf8);
                    text.extend(next.filter(|next| *next != '\n'));
                }
                '$' if self.rest().starts_with("$(") => self.substitution(&mut text),
                '`' => self.backticks(&mut text),
                _ => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        // A lone closing mark of an unbalanced text must not stop the reading.
        if self.at == start {
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
        }
        self.words.push(Word { text, at: start..self.at, quoted });
    }

    /// Whether the quote is closed.
    fn quote(&mut self, quote: char, text: &mut String) -> bool {
        let open = self.at;
        self.at += 1;
        while let Some(c) = self.rest().chars().next() {
            match c {
                _ if c == quote => {
                    self.at += 1;
                    return true;
                }
                '\\' if quote == '"' => {
                    let next = self.rest()[1..].chars().next();
                    // Only these lose their backslash between double quotes.
                    if !matches!(next, Some('"' | '\\' | '$' | '`' | '\n')) {
                        text.push('\\');
                    }
                    text.extend(next.filter(|next| *next != '\n'));
                    self.at += 1 + next.map_or(0, char::len_utf8);
                }
                '$' if quote == '"' && self.rest().starts_with("$(") => self.substitution(text),
                _ => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        self.at = open;
        false
    }

    /// `$(...)`: what is inside runs too, and what it prints is not known.
    fn substitution(&mut self, text: &mut String) {
        let start = self.at;
        let mut depth = 0_usize;
        let mut quote = None;
        let (mut end, mut closed) = (self.text.len(), 0);
        for (at, c) in self.rest().char_indices() {
            match (quote, c) {
                (None, '\'' | '"') => quote = Some(c),
                (Some(open), _) if open == c => quote = None,
                (None, '(') => depth += 1,
                (None, ')') => {
                    depth -= 1;
                    if depth == 0 {
                        (end, closed) = (start + at + 1, 1);
                        break;
                    }
                }
                _ => {}
            }
        }
        text.push_str(&self.text[start..end]);
        let from = (start + 2).min(end);
        let inner = from..(end - closed).max(from);
        // Spaces before it, so that places in it are places in the whole.
        let mut found = script(&format!("{}{}", " ".repeat(inner.start), &self.text[inner]));
        self.script.commands.append(&mut found.commands);
        self.at = end;
    }

    fn backticks(&mut self, text: &mut String) {
        let end = self.rest()[1..].find('`').map_or(self.text.len(), |at| self.at + at + 2);
        text.push_str(&self.text[self.at..end]);
        self.at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let commands = script(text).commands.into_iter();
        commands
            .map(|command| {
                let words: Vec<&str> = command.program().iter().map(|word| word.text.as_str()).collect();
                let end = match command.joint {
                    Joint::End => "",
                    Joint::Pipe => " |",
                    Joint::Background => " &",
                };
                format!("{}{end}", words.join(" "))
            })
            .collect()
    }

    #[test]
    fn commands_are_cut_as_a_shell_cuts_them() {
        let text = "# don't\nexport A=1\nTOKEN=x sudo curl -s \\\n  'http://h/a?b=c&d' \"x y\" | jq '.a | length' > out 2>&1 # it's\na && b; c &\n";
        assert_eq!(
            shown(text),
            ["export A=1", "curl -s http://h/a?b=c&d x y |", "jq .a | length", "a", "b", "c &"]
        );
        assert_eq!(shown("curl h/a?b=1&c=2"), ["curl h/a?b=1 &", ""]);
        assert_eq!(shown("cat <<EOF | tee x\nit's \"open\nEOF\nls"), ["cat |", "tee x", "ls"]);
        assert_eq!(shown("$ ls -l\nit's output\n$ pwd"), ["ls -l", "pwd"]);
        assert_eq!(shown("A=$(curl -s h) && echo \"$A\""), ["curl -s h", "", "echo $A"]);
        assert_eq!(script("echo 'a\nls").open_quote, Some(5));
        assert_eq!(script("echo it\\'s \"a 'b\"").open_quote, None);
    }

    #[test]
    fn programs_in_containers_are_found() {
        let inside = |text: &str| {
            let script = script(text);
            let (name, words) = script.commands[0].inside();
            (
                name.map(str::to_owned),
                words.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join(" "),
            )
        };
        assert_eq!(
            inside("docker exec -it prom wget -qO- localhost:9090/x"),
            (Some("prom".into()), "wget -qO- localhost:9090/x".into())
        );
        assert_eq!(inside("kubectl exec -n a pod-0 -- curl x"), (Some("a".into()), "curl x".into()));
        assert_eq!(inside("curl x"), (None, "curl x".into()));
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        for text in ["\\", "'", "$(", "`", "<<", "((", "a $(b 'c", ">", "2>", "é | ü", "<<'é\nx", "\"\\"] {
            script(text);
        }
    }
}
