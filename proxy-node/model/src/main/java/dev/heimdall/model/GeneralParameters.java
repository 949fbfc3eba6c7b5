package dev.heimdall.model;

import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The parameters that a rule may have whatever its action is. */
public record GeneralParameters(
    @Setting(
            value =
                "Replace `${1}`, `${2}` … in this rule's parameters by what the groups of its"
                    + " regular expression matched.",
            byDefault = "false")
        boolean capture,
    @Setting(
            value = "Statements that may be carried out at the same time; a further one waits.",
            range = "1..1000000",
            unit = "statements",
            dynamic = true)
        Optional<Integer> concurrency,
    @Setting(
            value = "The name under which rules count `concurrency` together.",
            otherwise = "the rule counts by itself",
            dynamic = true)
        Optional<String> concurrencyname,
    @Setting(
            value = "How much longer the statement takes, when the database is asked at all.",
            range = "0..600000000",
            unit = "µs",
            dynamic = true)
        Optional<Integer> delay,
    @Setting(
            value = "Tables whose results leave the cache when the rule matches.",
            format = Format.TABLES,
            dynamic = true)
        Optional<String> evicttables,
    @Setting(
            value = "One of so many matches does not count as one: the last of them.",
            range = "2..1000000000",
            unit = "matches")
        Optional<Integer> exclude,
    @Setting("Whether a write makes results of its tables leave the cache.")
        Optional<Boolean> invalidate,
    @Setting("Read from a server however far it lags behind.") Optional<Boolean> lagignore,
    @Setting("Write the statement to the query log, as the action `log` does.")
        Optional<Boolean> log,
    @Setting(
            value = "The least time between two matches. It takes the place of `matchlimit`.",
            range = "1..86400000",
            unit = "ms")
        Optional<Integer> matchdelta,
    @Setting(
            value = "How often the rule may match.",
            range = "1..1000000000",
            unit = "matches per second")
        Optional<Integer> matchlimit,
    @Setting(
            value =
                "Match only statements whose pattern takes longer on average, or whose average is"
                    + " not known.",
            range = "0..2000000000",
            unit = "µs")
        Optional<Integer> matchthreshold,
    @Setting(
            value = "How much unused `matchlimit` or `ratelimit` can be saved up.",
            byDefault = "10",
            range = "1..3600",
            unit = "s")
        int maxburst,
    @Setting(value = "Notify the operators.", key = "notify") Optional<Boolean> notification,
    @Setting("Leave the statement out of the statistics.") Optional<Boolean> notrack,
    @Setting(
            value =
                "Results younger than this stay in the cache when their tables are written. A"
                    + " negative one keeps results out of it for as long afterwards.",
            range = "-86400000..86400000",
            unit = "ms",
            dynamic = true)
        Optional<Integer> olderthan,
    @Setting(value = "Match only prepared statements.", byDefault = "false") boolean preparedonly,
    @Setting(value = "Log what the groups of the regular expression matched.", byDefault = "false")
        boolean printcapture,
    @Setting(value = "Log that the rule matched.", byDefault = "false") boolean printmatch,
    @Setting(value = "Log the columns of the result.", byDefault = "false") boolean printmeta,
    @Setting(value = "Log the rows of the result.", byDefault = "false") boolean printresults,
    @Setting(value = "Log the tables of the statement.", byDefault = "false") boolean printtables,
    @Setting(value = "Log how long the rule took to process.", byDefault = "false")
        boolean printtiming,
    @Setting(
            value = "How long the statement may run before it is cancelled.",
            range = "1..86400000",
            zero = "no limit",
            unit = "ms",
            dynamic = true)
        Optional<Integer> queryTimeout,
    @Setting(
            value = "Statements that match are slowed down to this.",
            range = "1..1000000000",
            unit = "statements per second",
            dynamic = true)
        Optional<Integer> ratelimit,
    @Setting(
            value = "The name under which rules share a `ratelimit`.",
            otherwise = "the rule has a limit of its own",
            dynamic = true)
        Optional<String> ratelimitname,
    @Setting(
            value = "Only one of so many matches counts as one: the first of them.",
            range = "1..1000000000",
            unit = "matches")
        Optional<Integer> sample,
    @Setting(
            value =
                "Servers that may answer, by a regular expression for any part of their name. Where"
                    + " none fits, it does not count.",
            format = Format.REGEX)
        Optional<String> serverfilter,
    @Setting(
            value = "No further rule of this list is looked at; a list that called it goes on.",
            byDefault = "false")
        boolean stop,
    @Setting(
            value =
                "Tables that the statement depends on besides its own; `none` lets one without any"
                    + " table be cached.",
            format = Format.TABLES_OR_NONE,
            dynamic = true)
        Optional<String> tables,
    @Setting("Treat the statement as a write of its tables, or not.") Optional<Boolean> update) {

  /** Every parameter at its default. */
  public static GeneralParameters defaults() {
    return RuleShapes.GENERAL.defaults();
  }

  /** The tables of {@link #evicttables}. */
  public SortedSet<String> evicted() {
    return evicttables.map(TableText::names).orElseGet(TreeSet::new);
  }

  /** The tables of {@link #tables}. */
  public SortedSet<String> added() {
    return tables.map(TableText::names).orElseGet(TreeSet::new);
  }

  /** True if {@link #tables} is {@code none}. */
  public boolean withoutTables() {
    return tables.filter(text -> text.strip().equals(TableText.NONE)).isPresent();
  }
}
