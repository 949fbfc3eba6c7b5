package dev.heimdall.model;

import java.util.Optional;

/** The parameters that belong to one action each. */
public sealed interface ActionParameters {
  /** Of {@code async-execute}. */
  record AsyncExecute(
      @Setting(
              value =
                  "The longest statement that is deferred; a longer one is carried out at once.",
              byDefault = "65536",
              range = "1..67108864",
              unit = "characters")
          int asyncsize,
      @Setting(
              value = "Statements of one batch at most. Nothing waits for a batch to fill.",
              byDefault = "100",
              range = "1..100000",
              unit = "statements")
          int batchSize,
      @Setting(
              value = "How long a batch may wait for more statements after its first.",
              byDefault = "0",
              range = "0..3600000",
              unit = "ms")
          int maxPollInterval,
      @Setting(
              value =
                  "The data source that carries it out: the VDB's own or one of its"
                      + " `ruleSources`.",
              otherwise = "the VDB's own",
              format = Format.NAME)
          Optional<String> source,
      @Setting(
              value =
                  "The queue. Statements of one queue are carried out in their order. `${table}` is"
                      + " the statement's table, if it is only one.",
              otherwise = "the data source's name",
              dynamic = true)
          Optional<String> queueName,
      @Setting(
              value =
                  "What the client waits for: nothing (`immediate`), or the statement to have been"
                      + " carried out (`executed`).",
              byDefault = "immediate")
          HoldUntil holdUntil,
      @Setting(
              value = "The number of rows that a client is told which does not wait.",
              byDefault = "1",
              range = "0..2000000000",
              unit = "rows")
          int spoofedResult,
      @Setting(
              value = "Whether other statements on the same tables wait for it.",
              byDefault = "true")
          boolean lockTable)
      implements ActionParameters {}

  /** Event that the client of a deferred statement waits for. */
  enum HoldUntil implements Spelled {
    IMMEDIATE,
    EXECUTED
  }

  /** Of {@code cache}. */
  record Cache(
      @Setting(
              value =
                  "How long a result may be served, if no write makes it leave earlier. 0: it is"
                      + " not cached.",
              otherwise = "as the VDB's cache has it",
              range = "0..2000000000",
              unit = "ms",
              dynamic = true)
          Optional<Integer> ttl,
      @Setting(value = "Cache what system tables hold, too.", byDefault = "false")
          boolean cachesystem,
      @Setting(
              value = "Cache even what does not look as if it always had the same result.",
              byDefault = "false")
          boolean unconditional,
      @Setting(
              value = "The largest result that is kept in the node's own memory.",
              byDefault = "2147483647",
              range = "0..2147483647")
          long maxLocalSize,
      @Setting(
              value = "The largest result that is kept at all.",
              byDefault = "2147483647",
              range = "0..2147483647")
          long maxSize,
      @Setting(
              value =
                  "Before the time of a result is over, have one of those who ask for it fetch it"
                      + " anew, while the others are served.",
              byDefault = "false")
          boolean autoRefresh,
      @Setting(
              value = "Serve nothing, but compare what is kept with what the server answers.",
              byDefault = "false")
          boolean revalidateOnly,
      @Setting(
              value = "Serve a result to other users than the one whose it was.",
              byDefault = "false")
          boolean shared)
      implements ActionParameters {}

  /** Of {@code call}. */
  record Call(
      @Setting(value = "The list to go through.", required = true, format = Format.NAME)
          String rule)
      implements ActionParameters {}

  /** Of {@code debug}. */
  record Debug(
      @Setting(value = "On or off, from this statement on.", byDefault = "true") boolean enabled)
      implements ActionParameters {}

  /** Of {@code extract-plan}. */
  record ExtractPlan(
      @Setting(
              value = "Ask only for patterns whose statements take longer on average.",
              byDefault = "0",
              range = "0..86400000",
              unit = "ms")
          int threshold,
      @Setting(
              value = "How often a pattern's plan is asked for.",
              byDefault = "1",
              range = "1..3600",
              unit = "times per hour")
          int frequency,
      @Setting(value = "The form of the plan.", byDefault = "text") PlanFormat format,
      @Setting(value = "Ask for plans of statements without a result too.", byDefault = "false")
          boolean force,
      @Setting(
              value = "Compare the plan's tables with the statement's. SQL Server only.",
              byDefault = "false")
          boolean checkTableMismatch)
      implements ActionParameters {}

  /** The form of a plan. */
  enum PlanFormat implements Spelled {
    TEXT,
    JSON,
    XML,
    YAML
  }

  /** Of {@code forward}. */
  record Forward(
      @Setting(
              value = "The data source to send it to: the VDB's own or one of its `ruleSources`.",
              otherwise = "the VDB's own, where `serverfilter` chooses the server",
              format = Format.NAME)
          Optional<String> source,
      @Setting(value = "Use the session's database there too.", byDefault = "true")
          boolean setcatalog,
      @Setting(value = "Use the session's schema there too.", byDefault = "true") boolean setschema,
      @Setting(value = "Let a read-only server answer.", byDefault = "false") boolean readonly)
      implements ActionParameters {}

  /** Of {@code ignore}. */
  record Ignore(
      @Setting(value = "The action whose rules are left out.", required = true) RuleAction action)
      implements ActionParameters {}

  /** Of {@code learn-pattern}. */
  record LearnPattern(
      @Setting(value = "The list that learns.", required = true, format = Format.NAME) String rule,
      @Setting(value = "The action of the learnt rule.", byDefault = "allow") RuleAction action)
      implements ActionParameters {}

  /** Of {@code log}. */
  record Log(
      @Setting(
              value =
                  "Columns of the result whose values are logged, separated by commas; `*` or `all`"
                      + " for all. Costs much.",
              dynamic = true)
          Optional<String> logcolumns,
      @Setting(
              value = "Log only what took longer.",
              byDefault = "0",
              range = "0..2000000000",
              unit = "µs",
              dynamic = true)
          int slowtime)
      implements ActionParameters {}

  /** Of {@code multiplex}. */
  record Multiplex(
      @Setting(
              value = "From this word on, until it is enabled, the session keeps its connection.",
              dynamic = true)
          Optional<String> disable,
      @Setting(value = "This word no longer keeps the connection.", dynamic = true)
          Optional<String> enable)
      implements ActionParameters {}

  /** Of {@code pool}. */
  record Pool(
      @Setting(
              value = "Server connections of the user.",
              range = "1..1000000",
              unit = "connections",
              dynamic = true)
          Optional<Integer> maxUserActive,
      @Setting(
              value = "Idle server connections of the user.",
              range = "0..1000000",
              unit = "connections",
              dynamic = true)
          Optional<Integer> maxUserIdle,
      @Setting("Give the server connection back after each transaction, or not.")
          Optional<Boolean> multiplex,
      @Setting(
              value = "For so many further statements the session keeps its connection.",
              range = "0..1000000",
              unit = "statements",
              dynamic = true)
          Optional<Integer> multiplexSkip,
      @Setting(
              value = "Whether the connection may be used again after it came back.",
              byDefault = "true")
          boolean reuse,
      @Setting(
              "Put the statement into the pipeline of a shared connection however long such"
                  + " statements take, or never.")
          Optional<Boolean> pipeline)
      implements ActionParameters {}

  /** Of {@code result}. */
  record Result(
      @Setting(
              value = "The number of rows.",
              byDefault = "0",
              range = "0..2000000000",
              unit = "rows",
              dynamic = true)
          int value)
      implements ActionParameters {}

  /** Of {@code retry}. */
  record Retry(
      @Setting(
              value = "How often it is tried again.",
              byDefault = "3",
              range = "1..100",
              unit = "times")
          int maxRetries,
      @Setting(
              value = "A part that the error's message has, or its whole SQLSTATE.",
              format = Format.PROSE)
          Optional<String> exception,
      @Setting(
              value = "The time before each new try.",
              byDefault = "0",
              range = "0..600000",
              unit = "ms")
          int retryDelay,
      @Setting(
              value =
                  "Try again even when the statement may have taken effect, because the connection"
                      + " was lost.",
              byDefault = "false")
          boolean repeatUncertain)
      implements ActionParameters {}

  /** Of {@code stack-trace}. */
  record StackTrace(
      @Setting(
              value = "Only for what took longer.",
              byDefault = "0",
              range = "0..2000000000",
              unit = "µs")
          int threshold)
      implements ActionParameters {}

  /** Of {@code table-cache}. */
  record TableCache(
      @Setting(
              value = "How long a result may be served.",
              required = true,
              range = "0..2000000000",
              unit = "ms",
              dynamic = true)
          int ttl,
      @Setting(
              value = "The table; the rule has no effect on statements without it.",
              required = true,
              format = Format.TABLE,
              dynamic = true)
          String table)
      implements ActionParameters {
    /** The table in its usual spelling. */
    public String spelled() {
      return TableText.usual(table);
    }
  }

  /** Of {@code transform}. */
  record Transform(
      @Setting(
              value =
                  "What takes the place of each match of the rule's regular expression; `$1`, `$2`"
                      + " … are its groups, `$0` is all of it, `\\$` is a dollar sign.",
              required = true,
              format = Format.PROSE,
              dynamic = true)
          String target)
      implements ActionParameters {}

  /** Of {@code trigger}. */
  record Trigger(
      @Setting(value = "A statement, or a program.", byDefault = "sql") TriggerType type,
      @Setting(
              value = "What to run. `${tables}` are the statement's tables, separated by commas.",
              required = true,
              format = Format.PROSE,
              dynamic = true)
          String command,
      @Setting(value = "When it runs, seen from the statement.", byDefault = "after")
          TriggerTiming timing,
      @Setting(
              value = "With `parallel`: how long it waits.",
              byDefault = "0",
              range = "0..86400000",
              unit = "ms")
          int delay,
      @Setting(
              value =
                  "With `parallel`, `delay` and `queueUnique`: after this time it runs, even though"
                      + " it is asked for again and again.",
              range = "1..86400000",
              unit = "ms")
          Optional<Integer> maxDelay,
      @Setting(
              value = "With `delay`: what waits already is not put into the queue again.",
              byDefault = "false")
          boolean queueUnique,
      @Setting(
              value = "The data source for a statement: the VDB's own or one of its `ruleSources`.",
              otherwise = "the VDB's own",
              format = Format.NAME)
          Optional<String> source)
      implements ActionParameters {}

  /** Kind of code that a trigger runs. */
  enum TriggerType implements Spelled {
    SQL,
    EXECUTE
  }

  /** Time at which a trigger runs. */
  enum TriggerTiming implements Spelled {
    BEFORE,
    AFTER,
    PARALLEL
  }
}
