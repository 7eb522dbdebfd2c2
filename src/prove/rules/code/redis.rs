//! Commands of redis-cli that Redis does not have, or to which it is given too few or too many words.

use super::Rule;
use super::shell::Word;
use super::sources::{Source, sources};
use crate::contract::yaml::nearest;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "command/redis",
    finds: "Commands of redis-cli that Redis refuses: unknown ones, and wrong numbers of arguments.",
    why: "Redis answers with an error, in the middle of an incident.",
    wrong: "Modules add commands; those with a dot in their name are not judged.",
    find: redis,
}];

/// No most.
const ANY: usize = usize::MAX;

/// Names with the fewest and the most arguments. From `COMMAND INFO` of 7.0 and 8.0.
const COMMANDS: [(&str, usize, usize); 146] = [
    ("ACL", 1, ANY),
    ("APPEND", 2, 2),
    ("AUTH", 1, 2),
    ("BGREWRITEAOF", 0, 0),
    ("BGSAVE", 0, 1),
    ("BITCOUNT", 1, 4),
    ("BITFIELD", 1, ANY),
    ("BITOP", 3, ANY),
    ("BITPOS", 2, 5),
    ("BLMOVE", 5, 5),
    ("BLPOP", 2, ANY),
    ("BRPOP", 2, ANY),
    ("BZPOPMAX", 2, ANY),
    ("BZPOPMIN", 2, ANY),
    ("CLIENT", 1, ANY),
    ("CLUSTER", 1, ANY),
    ("COMMAND", 0, ANY),
    ("CONFIG", 1, ANY),
    ("COPY", 2, 5),
    ("DBSIZE", 0, 0),
    ("DEBUG", 1, ANY),
    ("DECR", 1, 1),
    ("DECRBY", 2, 2),
    ("DEL", 1, ANY),
    ("DISCARD", 0, 0),
    ("DUMP", 1, 1),
    ("ECHO", 1, 1),
    ("EVAL", 2, ANY),
    ("EVALSHA", 2, ANY),
    ("EXEC", 0, 0),
    ("EXISTS", 1, ANY),
    ("EXPIRE", 2, 3),
    ("EXPIREAT", 2, 3),
    ("EXPIRETIME", 1, 1),
    ("FAILOVER", 0, ANY),
    ("FCALL", 2, ANY),
    ("FLUSHALL", 0, 1),
    ("FLUSHDB", 0, 1),
    ("FUNCTION", 1, ANY),
    ("GEOADD", 4, ANY),
    ("GEODIST", 3, 4),
    ("GEOPOS", 1, ANY),
    ("GEOSEARCH", 6, ANY),
    ("GET", 1, 1),
    ("GETBIT", 2, 2),
    ("GETDEL", 1, 1),
    ("GETEX", 1, 3),
    ("GETRANGE", 3, 3),
    ("GETSET", 2, 2),
    ("HDEL", 2, ANY),
    ("HELLO", 0, ANY),
    ("HEXISTS", 2, 2),
    ("HGET", 2, 2),
    ("HGETALL", 1, 1),
    ("HINCRBY", 3, 3),
    ("HKEYS", 1, 1),
    ("HLEN", 1, 1),
    ("HMGET", 2, ANY),
    ("HMSET", 3, ANY),
    ("HSCAN", 2, ANY),
    ("HSET", 3, ANY),
    ("HSETNX", 3, 3),
    ("HSTRLEN", 2, 2),
    ("HVALS", 1, 1),
    ("INCR", 1, 1),
    ("INCRBY", 2, 2),
    ("INCRBYFLOAT", 2, 2),
    ("INFO", 0, ANY),
    ("KEYS", 1, 1),
    ("LASTSAVE", 0, 0),
    ("LATENCY", 1, ANY),
    ("LINDEX", 2, 2),
    ("LINSERT", 4, 4),
    ("LLEN", 1, 1),
    ("LMOVE", 4, 4),
    ("LPOP", 1, 2),
    ("LPOS", 2, ANY),
    ("LPUSH", 2, ANY),
    ("LRANGE", 3, 3),
    ("LREM", 3, 3),
    ("LSET", 3, 3),
    ("LTRIM", 3, 3),
    ("MEMORY", 1, ANY),
    ("MGET", 1, ANY),
    ("MIGRATE", 5, ANY),
    ("MODULE", 1, ANY),
    ("MONITOR", 0, 0),
    ("MSET", 2, ANY),
    ("MULTI", 0, 0),
    ("OBJECT", 1, 2),
    ("PERSIST", 1, 1),
    ("PEXPIRE", 2, 3),
    ("PFADD", 1, ANY),
    ("PFCOUNT", 1, ANY),
    ("PING", 0, 1),
    ("PSETEX", 3, 3),
    ("PSUBSCRIBE", 1, ANY),
    ("PTTL", 1, 1),
    ("PUBLISH", 2, 2),
    ("PUBSUB", 1, ANY),
    ("RANDOMKEY", 0, 0),
    ("RENAME", 2, 2),
    ("REPLICAOF", 2, 2),
    ("RESTORE", 3, ANY),
    ("ROLE", 0, 0),
    ("RPOP", 1, 2),
    ("RPUSH", 2, ANY),
    ("SADD", 2, ANY),
    ("SAVE", 0, 0),
    ("SCAN", 1, ANY),
    ("SCARD", 1, 1),
    ("SCRIPT", 1, ANY),
    ("SDIFF", 1, ANY),
    ("SELECT", 1, 1),
    ("SENTINEL", 1, ANY),
    ("SET", 2, ANY),
    ("SETEX", 3, 3),
    ("SETNX", 2, 2),
    ("SHUTDOWN", 0, ANY),
    ("SINTER", 1, ANY),
    ("SISMEMBER", 2, 2),
    ("SLAVEOF", 2, 2),
    ("SLOWLOG", 1, 2),
    ("SMEMBERS", 1, 1),
    ("SPOP", 1, 2),
    ("SREM", 2, ANY),
    ("SSCAN", 2, ANY),
    ("STRLEN", 1, 1),
    ("SUBSCRIBE", 1, ANY),
    ("SUNION", 1, ANY),
    ("SWAPDB", 2, 2),
    ("TIME", 0, 0),
    ("TTL", 1, 1),
    ("TYPE", 1, 1),
    ("UNLINK", 1, ANY),
    ("WAIT", 2, 2),
    ("ZADD", 3, ANY),
    ("ZCARD", 1, 1),
    ("ZCOUNT", 3, 3),
    ("ZINCRBY", 3, 3),
    ("ZRANGE", 3, ANY),
    ("ZRANGEBYSCORE", 3, ANY),
    ("ZRANK", 2, 3),
    ("ZREM", 2, ANY),
    ("ZREVRANGE", 3, 4),
    ("ZSCORE", 2, 2),
];

/// Those of streams, of which most queues are made.
const STREAMS: [(&str, usize, usize); 14] = [
    ("XACK", 3, ANY),
    ("XADD", 4, ANY),
    ("XAUTOCLAIM", 5, ANY),
    ("XCLAIM", 5, ANY),
    ("XDEL", 2, ANY),
    ("XGROUP", 1, ANY),
    ("XINFO", 1, ANY),
    ("XLEN", 1, 1),
    ("XPENDING", 2, 8),
    ("XRANGE", 3, 5),
    ("XREAD", 3, ANY),
    ("XREADGROUP", 6, ANY),
    ("XREVRANGE", 3, 5),
    ("XTRIM", 3, ANY),
];

/// Options of redis-cli that take a value.
const VALUED: [&str; 16] = [
    "-h",
    "-p",
    "-s",
    "-a",
    "-u",
    "-n",
    "-r",
    "-i",
    "-D",
    "-d",
    "--user",
    "--pass",
    "--cacert",
    "--cert",
    "--key",
    "--pattern",
];

fn redis(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for source in sources(corpus) {
        for command in &source.script.commands {
            let (_, words) = command.inside();
            let is_client = |word: &Word| word.text.rsplit('/').next() == Some("redis-cli");
            let Some((_, rest)) = words.split_first().filter(|(first, _)| is_client(first)) else { continue };
            findings.extend(judge(&source, rest, command.fed));
        }
    }
}

/// Judges the words behind `redis-cli`; `fed` says that a pipe adds arguments.
fn judge(source: &Source<'_>, words: &[Word], fed: bool) -> Option<Finding> {
    let mut at = 0;
    while words.get(at)?.text.starts_with('-') {
        // These modes of redis-cli run no command, or take the last argument from elsewhere.
        if matches!(words[at].text.as_str(), "-x" | "-X" | "--eval" | "--cluster" | "--pipe") {
            return None;
        }
        at += if VALUED.contains(&words[at].text.as_str()) { 2 } else { 1 };
    }
    // A command may also be given as one word in quotes.
    let name = &words[at];
    if name.text.contains(['$', '.', '<']) || name.text.contains(' ') {
        return None;
    }
    let upper = name.text.to_uppercase();
    let mut all = COMMANDS.iter().chain(&STREAMS);
    let whole = name.at.start..words.last()?.at.end;
    let noted = Noted::new(&source.at(&whole), source.says(&whole));
    let Some((_, least, most)) = all.find(|(known, ..)| *known == upper) else {
        // Only what is meant to be one of these: the table does not hold every command there is.
        let names = || COMMANDS.iter().chain(&STREAMS).map(|(known, ..)| *known);
        let longer = || {
            names()
                .filter(|known| known.len() > 3 && upper.starts_with(known))
                .max_by_key(|known| known.len())
        };
        let near = nearest(&upper, names()).or_else(longer)?;
        let message = format!("Redis has no command `{}`", name.text);
        return Some(
            Finding::new("command/redis", Severity::Error, message, noted)
                .next(format!("did you mean `{near}`?")),
        );
    };
    let given = &words[at + 1..];
    if fed || given.iter().any(|word| word.text.contains(['$', '*']) && !word.quoted || word.text == "...") {
        return None;
    }
    let count = given.len();
    // The long form has a range and a number of entries, and before them perhaps an idle time.
    let between = upper == "XPENDING" && matches!(count, 3 | 4);
    if (*least..=*most).contains(&count) && !between {
        return None;
    }
    let takes = match (*least, *most) {
        _ if between => "a key and a group, or a start, an end and a count as well".to_owned(),
        (least, ANY) => format!("at least {}", arguments(least)),
        (least, most) if least == most => arguments(least),
        (least, most) => format!("{least} to {}", arguments(most)),
    };
    let message =
        format!("`{upper}` takes {takes}, and is given {count}: Redis answers \"wrong number of arguments\"");
    Some(
        Finding::new("command/redis", Severity::Error, message, noted)
            .next(format!("see the reference of {upper}")),
    )
}

fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        _ => format!("{count} arguments"),
    }
}
