//! Python in documents that cannot run as it is shown.

use std::collections::BTreeSet;

use super::Rule;
use super::packages::{CHILDREN, ENDED, MODULES, Module, STANDARD, WELL_KNOWN};
use super::python::{Import, Kind as TokenKind, Token, Use, bound, functions_around, imports, tokens, uses};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "python/syntax",
        finds: "Brackets and quotes in Python that are never closed, and `await` outside an asynchronous function.",
        why: "Whoever copies it gets a SyntaxError.",
        wrong: "A snippet may be part of a function that is not shown; then it is a note.",
        find: syntax,
    },
    Rule {
        id: "python/not-imported",
        finds: "Modules and classes that a snippet with imports uses without importing them.",
        why: "Whoever copies it gets a NameError, perhaps only when the line runs.",
        wrong: "A snippet that says where it belongs may find its names there; it is not judged.",
        find: missing,
    },
    Rule {
        id: "python/attribute",
        finds: "Names that a well-known package does not have.",
        why: "Whoever copies it gets an ImportError or an AttributeError.",
        wrong: "Names of a release newer than ours.",
        find: attributes,
    },
    Rule {
        id: "python/imports-itself",
        finds: "A file that imports from itself.",
        why: "It is either the wrong file name or the wrong import; as it stands it fails.",
        wrong: "The name may say where the imported function is defined.",
        find: itself,
    },
    Rule {
        id: "python/ended",
        finds: "Packages that nobody maintains any more.",
        why: "They stop to work with a later release of what they depend on.",
        wrong: "It still works with the releases of its time.",
        find: ended,
    },
    Rule {
        id: "python/otlp-port",
        finds: "OTLP exporters whose protocol and port do not belong together.",
        why: "Nothing arrives, and the exporter only logs it.",
        wrong: "A receiver may listen on other ports than the usual ones.",
        find: otlp,
    },
];

/// A snippet of Python with what is needed of it.
struct Code<'a> {
    snippet: &'a Snippet,
    tokens: Vec<Token<'a>>,
    imports: Vec<Import<'a>>,
}

impl<'a> Code<'a> {
    fn noted(&self, at: &std::ops::Range<usize>) -> Noted {
        Noted::new(
            &self.snippet.bytes(at.start, at.end),
            self.snippet.text.get(at.clone()).unwrap_or_default(),
        )
    }

    /// The whole line of an import.
    fn import(&self, import: &Import<'_>) -> Noted {
        let line = self.snippet.text[..import.at.start].matches('\n').count();
        let (text, place) = self.snippet.lines().nth(line).unwrap_or(("", self.snippet.place(1, 1, 0)));
        Noted::new(&place, text.trim())
    }

    fn imports_all(&self) -> bool {
        self.imports.iter().any(|import| import.name == Some("*"))
    }
}

/// The snippets that can be read; sessions of an interpreter are none.
fn codes(corpus: &Corpus) -> Vec<Code<'_>> {
    let python = corpus
        .snippets
        .iter()
        .filter(|snippet| snippet.kind == Kind::Python && !snippet.text.contains(">>> "));
    let read = python.filter_map(|snippet| {
        let tokens = tokens(&snippet.text).ok()?;
        Some(Code { imports: imports(&tokens), tokens, snippet })
    });
    read.collect()
}

fn syntax(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for snippet in corpus
        .snippets
        .iter()
        .filter(|snippet| snippet.kind == Kind::Python && !snippet.text.contains(">>> "))
    {
        if let Err(fault) = tokens(&snippet.text) {
            let line = snippet.bytes(fault.at.start, snippet.text.len());
            let shown = snippet.text[fault.at.start..].lines().next().unwrap_or_default();
            let finding = Finding::new(
                "python/syntax",
                Severity::Error,
                format!("this is not valid Python: {}", fault.message),
                Noted::new(&line, shown),
            );
            findings.push(finding.next("close it"));
        }
    }
    for code in codes(corpus) {
        // A snippet that begins indented is the inside of something.
        if code.tokens.first().is_some_and(|token| {
            code.snippet.bytes(token.at.start, token.at.end).column > 1
                && code.snippet.text.starts_with([' ', '\t'])
        }) {
            continue;
        }
        findings
            .extend(code.tokens.iter().enumerate().find_map(|(index, token)| awaits(&code, index, token)));
    }
}

fn awaits(code: &Code<'_>, index: usize, token: &Token<'_>) -> Option<Finding> {
    let next = code.tokens.get(index + 1).map_or("", |next| next.text);
    let waits = token.kind == TokenKind::Name
        && (token.text == "await" || (token.text == "async" && matches!(next, "with" | "for")));
    if !waits {
        return None;
    }
    let (severity, message) = match functions_around(&code.tokens, index).first() {
        Some(true) => return None,
        Some(false) => (
            Severity::Error,
            format!("`{}` stands in a function that is not asynchronous: a SyntaxError", token.text),
        ),
        None => (
            Severity::Note,
            format!("`{}` stands outside any function: as a file this is a SyntaxError", token.text),
        ),
    };
    let line = code.snippet.text[..token.at.start].matches('\n').count();
    let (text, place) = code.snippet.lines().nth(line)?;
    Some(
        Finding::new("python/syntax", severity, message, Noted::new(&place, text.trim()))
            .next("put it into an `async def`"),
    )
}

/// Whether a snippet says that it is to be put into something that is not shown.
fn is_fragment(snippet: &Snippet) -> bool {
    let comments = snippet.text.lines().map(str::trim).filter(|line| line.starts_with('#'));
    let said: String = comments.chain([snippet.intro.as_str()]).flat_map(|line| [line, "\n"]).collect();
    let said = said.to_lowercase();
    [
        "add to ",
        "add this to",
        "add it to",
        "add the following to",
        "insert ",
        "inside your",
        "in your ",
        "existing",
        "before creating",
        "put this",
    ]
    .iter()
    .any(|words| said.contains(words))
}

/// Whether an earlier snippet of the same page binds a name, as a text does that goes on from block to block.
fn bound_before(codes: &[Code<'_>], at: usize, name: &str) -> bool {
    let this = &codes[at];
    // A block that is a file of its own goes on from nothing.
    if this.snippet.named.as_deref().is_some_and(|named| named.ends_with(".py")) {
        return false;
    }
    let before = codes[..at].iter().filter(|code| code.snippet.file == this.snippet.file);
    before.into_iter().any(|code| {
        code.imports.iter().any(|import| import.bound == name) || bound(&code.tokens).contains(name)
    })
}

fn missing(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let codes = codes(corpus);
    for (at, code) in codes.iter().enumerate() {
        if code.imports.is_empty() || code.imports_all() || is_fragment(code.snippet) {
            continue;
        }
        let bound = bound(&code.tokens);
        let mut seen: Vec<&str> = Vec::new();
        for used in uses(&code.tokens) {
            let known =
                bound.contains(used.name) || code.imports.iter().any(|import| import.bound == used.name);
            if known || seen.contains(&used.name) {
                continue;
            }
            let Some(line) = import_line(code, &used) else { continue };
            if bound_before(&codes, at, used.name) {
                continue;
            }
            seen.push(used.name);
            let message =
                format!("`{}` is used here and never imported, though the snippet has imports", used.name);
            let mut finding =
                Finding::new("python/not-imported", Severity::Error, message, code.noted(&used.whole));
            let others =
                uses(&code.tokens).into_iter().filter(|other| other.name == used.name && other.at != used.at);
            finding.places.extend(others.map(|other| code.noted(&other.whole)));
            finding.places.extend(code.imports.first().map(|import| code.import(import)));
            findings.push(finding.next(format!("add `{line}`")));
        }
        findings.extend(bases(&codes, at, &bound));
    }
}

/// Classes that a class statement reads and nothing on the page binds. Those of Python end in their kind.
fn bases(codes: &[Code<'_>], at: usize, bound: &BTreeSet<&str>) -> Vec<Finding> {
    let code = &codes[at];
    let built_in = ["object", "dict", "list", "set", "tuple", "str", "int", "float", "bytes", "type"];
    let known = |name: &str| {
        built_in.contains(&name)
            || ["Error", "Exception", "Warning"].iter().any(|ending| name.ends_with(ending))
            || bound.contains(name)
            || code.imports.iter().any(|import| import.bound == name)
            || bound_before(codes, at, name)
    };
    let mut found = Vec::new();
    for (index, token) in
        code.tokens.iter().enumerate().filter(|(_, token)| token.first && token.text == "class")
    {
        let line = code.tokens[index..]
            .iter()
            .take_while(|next| next.text != ":" && (!next.first || next.at == token.at));
        let line: Vec<&Token<'_>> = line.collect();
        for base in line
            .windows(3)
            .filter(|three| matches!(three[0].text, "(" | ",") && matches!(three[2].text, ")" | ","))
        {
            let base = base[1];
            if base.kind == TokenKind::Name && !known(base.text) {
                let message = format!("the class `{}` is neither imported nor defined here", base.text);
                let finding =
                    Finding::new("python/not-imported", Severity::Note, message, code.noted(&base.at));
                found.push(finding.next("import it, or say where it comes from"));
            }
        }
    }
    found
}

/// The import that would bind a name, if it is one that is known.
fn import_line(code: &Code<'_>, used: &Use<'_>) -> Option<String> {
    let standard = STANDARD.iter().find(|(name, _)| *name == used.name);
    if let Some((name, attributes)) = standard {
        let attribute = used.attribute?;
        let is = attributes.is_empty() || attributes.split_whitespace().any(|known| known == attribute);
        return is.then(|| format!("import {name}"));
    }
    let imports_from =
        |package: &str| code.imports.iter().any(|import| import.module.split('.').next() == Some(package));
    if let Some(module) = MODULES.iter().find(|module| module.path == used.name) {
        // `structlog.get_logger()` without `import structlog`.
        let is = used.attribute.is_some_and(|attribute| module.lists(attribute));
        return is.then(|| format!("import {}", used.name));
    }
    let (_, module, name) =
        WELL_KNOWN.iter().find(|(package, _, name)| *name == used.name && imports_from(package))?;
    if name.starts_with(|c: char| c.is_ascii_lowercase())
        && let Some(listed) = MODULES.iter().find(|listed| listed.path == format!("{module}.{name}"))
        && !used.attribute.is_some_and(|attribute| listed.lists(attribute))
    {
        return None;
    }
    Some(format!("from {module} import {name}"))
}

fn module(path: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.path == path)
}

/// Where a name is that is looked for in the wrong module.
fn whereabouts(name: &str, wrong: &str) -> Option<&'static str> {
    let known = WELL_KNOWN.iter().find(|(_, _, known)| *known == name).map(|(_, module, _)| *module);
    // The shortest of all that have it is where it is documented.
    let root = wrong.split('.').next();
    let listed = MODULES.iter().filter(|module| module.lists(name) && module.path.split('.').next() == root);
    known.or_else(|| listed.map(|module| module.path).min_by_key(|path| path.len()))
}

fn attributes(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for code in codes(corpus) {
        for import in &code.imports {
            findings.extend(
                no_such_module(&code, import)
                    .or_else(|| no_such_name(&code, import))
                    .or_else(|| misuse(&code, import)),
            );
        }
    }
}

fn no_such_module(code: &Code<'_>, import: &Import<'_>) -> Option<Finding> {
    let parents = CHILDREN
        .iter()
        .filter(|(parent, _)| import.module.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.')));
    let (parent, children) = parents.max_by_key(|(parent, _)| parent.len())?;
    let child = import.module[parent.len() + 1..].split('.').next().unwrap_or_default();
    if children.split_whitespace().any(|known| known == child) {
        return None;
    }
    let public: Vec<&str> = children.split_whitespace().filter(|child| !child.starts_with('_')).collect();
    let message = format!("there is no module `{parent}.{child}`: a ModuleNotFoundError");
    let finding = Finding::new("python/attribute", Severity::Error, message, code.import(import));
    let place = import
        .name
        .and_then(|name| whereabouts(name, &import.module))
        .map(|module| format!("`{}` is in `{module}`", import.name.unwrap_or_default()));
    Some(finding.next(place.unwrap_or_else(|| format!("`{parent}` has {}", public.join(", ")))))
}

fn no_such_name(code: &Code<'_>, import: &Import<'_>) -> Option<Finding> {
    let (name, from) = (import.name?, module(&import.module)?);
    if name == "*" || from.has(name) || module(&format!("{}.{name}", import.module)).is_some() {
        return None;
    }
    let message = format!("`{}` has no `{name}`: an ImportError", import.module);
    let next = whereabouts(name, &import.module).map_or_else(
        || "see the package's reference".to_owned(),
        |module| format!("write `from {module} import {name}`"),
    );
    Some(Finding::new("python/attribute", Severity::Error, message, code.noted(&import.at)).next(next))
}

/// Attributes that an imported module does not have.
fn misuse(code: &Code<'_>, import: &Import<'_>) -> Option<Finding> {
    let path = match import.name {
        Some(name) => format!("{}.{name}", import.module),
        None => import.module.clone(),
    };
    let module = module(&path)
        .filter(|_| import.name.is_some() || import.bound == path || !import.module.contains('.'))?;
    if bound(&code.tokens).contains(import.bound) {
        return None;
    }
    let wrong: Vec<Use<'_>> = uses(&code.tokens)
        .into_iter()
        .filter(|used| {
            used.name == import.bound && used.attribute.is_some_and(|attribute| !module.has(attribute))
        })
        .collect();
    let managed = managed(code, import, &path);
    let Some(first) = wrong.first() else {
        let used = managed?;
        let message = "`attach` returns a token for `detach`, which `with` does not take before Python 3.14";
        return Some(
            Finding::new("python/attribute", Severity::Error, message, code.noted(&used.whole))
                .also(code.import(import))
                .next("write `token = attach(...)`, and `detach(token)` in a `finally`"),
        );
    };
    let names: Vec<String> =
        wrong.iter().filter_map(|used| used.attribute).map(|name| format!("`{name}`")).collect();
    let message = format!(
        "`{}` is the module `{path}` here, which has no {}: an AttributeError",
        import.bound,
        names.join(" and no ")
    );
    let mut finding = Finding::new("python/attribute", Severity::Error, message, code.noted(&first.whole))
        .also(code.import(import));
    finding.places.extend(wrong.iter().skip(1).map(|used| code.noted(&used.whole)));
    let mut next = match whereabouts(first.attribute.unwrap_or_default(), &path) {
        Some(module) => match module.rsplit_once('.') {
            Some((parent, name)) => format!("write `from {parent} import {name}`: `{module}` has it"),
            None => format!("`{module}` has it"),
        },
        None => "see the package's reference".to_owned(),
    };
    if let Some(used) = managed {
        next.push_str(
            "; and `attach` returns a token for `detach`, which `with` does not take before Python 3.14",
        );
        for noted in finding.places.iter_mut().filter(|noted| noted.place == code.noted(&used.whole).place) {
            noted.says = format!("with {}(...)", noted.says);
        }
    }
    Some(finding.next(next))
}

/// `with context.attach(...)`
fn managed<'a>(code: &Code<'a>, import: &Import<'_>, path: &str) -> Option<Use<'a>> {
    uses(&code.tokens).into_iter().find(|used| {
        let with = used.index > 0 && code.tokens[used.index - 1].text == "with";
        used.name == import.bound
            && used.attribute == Some("attach")
            && with
            && path.starts_with("opentelemetry.context")
    })
}

fn itself(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for code in codes(corpus) {
        let (first, place) = code.snippet.lines().next().unwrap_or(("", code.snippet.place(1, 1, 0)));
        let comment = first
            .trim()
            .strip_prefix('#')
            .map(|comment| comment.trim().trim_matches('`'))
            .unwrap_or_default();
        let intro = code.snippet.intro.trim().trim_end_matches(':').trim_matches(['`', '*']);
        let (file, place) = if is_file(comment) {
            (comment, place)
        } else if is_file(intro) {
            (intro, code.snippet.place(1, 1, first.chars().count()))
        } else {
            continue;
        };
        let dotted = file
            .trim_end_matches(".py")
            .trim_start_matches("./")
            .trim_end_matches("/__init__")
            .replace('/', ".");
        let own = |import: &&Import<'_>| {
            import.module.contains('.')
                && (dotted == import.module || dotted.ends_with(&format!(".{}", import.module)))
        };
        let Some(import) = code.imports.iter().find(own) else { continue };
        let message =
            format!("this is shown as `{file}`, and it imports from `{}`: from itself", import.module);
        findings.push(
            Finding::new("python/imports-itself", Severity::Warning, message, code.import(import))
                .also(Noted::new(&place, file))
                .next("name the file in which this code belongs"),
        );
    }
}

fn is_file(text: &str) -> bool {
    text.ends_with(".py") && !text.contains(' ') && text.contains('/')
}

fn ended(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for code in codes(corpus) {
        for import in &code.imports {
            let of = |package: &str| {
                import.module == package
                    || import.module.strip_prefix(package).is_some_and(|rest| rest.starts_with('.'))
            };
            if let Some((package, since)) = ENDED.iter().find(|(package, _)| of(package)) {
                let message = format!("`{package}` is no longer maintained: {since}");
                findings.push(
                    Finding::new("python/ended", Severity::Note, message, code.import(import))
                        .next("replace it"),
                );
            }
        }
    }
}

fn otlp(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for code in codes(corpus) {
        let over = |protocol: &str| {
            code.imports.iter().find(|import| {
                import.module.starts_with(&format!("opentelemetry.exporter.otlp.proto.{protocol}"))
            })
        };
        let (import, is_http) = match (over("http"), over("grpc")) {
            (Some(import), None) => (import, true),
            (None, Some(import)) => (import, false),
            _ => continue,
        };
        for token in code.tokens.iter().filter(|token| token.kind == TokenKind::Text) {
            let url = token.text.trim_matches(['"', '\'', 'f', 'r']);
            let to = |port: &str| url.split('/').any(|part| part.ends_with(port));
            let (wrong, next) = match is_http {
                true if to(":4317") => (
                    "sends OTLP over HTTP to port 4317, where gRPC is expected",
                    "use port 4318 and the path /v1/traces, or the gRPC exporter",
                ),
                false if to(":4318") => (
                    "sends OTLP over gRPC to port 4318, where HTTP is expected",
                    "use port 4317, or the HTTP exporter",
                ),
                true if to(":4318") && !url.contains("/v1/") => (
                    "gives the HTTP exporter an address without a path: one that is given in code is used as it is",
                    "add `/v1/traces`",
                ),
                _ => continue,
            };
            let message = format!("this {wrong}");
            findings.push(
                Finding::new("python/otlp-port", Severity::Warning, message, code.noted(&token.at))
                    .also(code.import(import))
                    .next(next),
            );
        }
    }
}
