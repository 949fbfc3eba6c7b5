package dev.heimdall.model;

import java.util.Optional;

/** Action of a rule on a statement that it matches. */
public enum RuleAction implements Spelled {
  ALLOW("Lets the statement pass every `drop` and `learn-pattern`, wherever they stand.", null),
  ASYNC_EXECUTE(
      "Answers a write and carries it out later, in a queue.", ActionParameters.AsyncExecute.class),
  CACHE(
      "Answers from the cache, and keeps what the database answers.", ActionParameters.Cache.class),
  CALL("Goes through another rule list, and then on in this one.", ActionParameters.Call.class),
  DEBUG("Switches debug lines of the log on or off for the session.", ActionParameters.Debug.class),
  DROP("Refuses the statement with an SQL error, unless an `allow` matches too.", null),
  EXTRACT_PLAN("Asks the database now and then for the plan.", ActionParameters.ExtractPlan.class),
  FORWARD("Sends the statement to another data source.", ActionParameters.Forward.class),
  IGNORE(
      "Leaves rules of one action out, from here to the end of this list.",
      ActionParameters.Ignore.class),
  LEARN_PATTERN(
      "Adds a rule for the statement's pattern to a list, unless an `allow` matches too.",
      ActionParameters.LearnPattern.class),
  LOG("Writes the statement to the query log.", ActionParameters.Log.class),
  MULTIPLEX(
      "Keeps the session's server connection from a word on, and gives it back after another.",
      ActionParameters.Multiplex.class),
  NOCACHE("Keeps the statement out of the cache, whatever other rules say.", null),
  POOL("Changes how the session's user is pooled.", ActionParameters.Pool.class),
  PROCEDURE_WRAP("Wraps the statement into a procedure. SQL Server only.", null),
  READER_ELIGIBLE("Lets a read-only server answer.", null),
  RESULT(
      "Answers with a number of rows, without asking the database.", ActionParameters.Result.class),
  RETRY("Repeats the statement when the database fails it.", ActionParameters.Retry.class),
  STACK_TRACE("Writes a stack trace to the log.", ActionParameters.StackTrace.class),
  TABLE_CACHE(
      "Sets how long a result that came from a table may stay in the cache; the shortest holds.",
      ActionParameters.TableCache.class),
  TAG("Does nothing by itself; it carries parameters that every rule may have.", null),
  TRANSFORM("Changes the statement's text.", ActionParameters.Transform.class),
  TRIGGER("Runs a command or another statement as well.", ActionParameters.Trigger.class);

  private final String meaning;
  private final Class<? extends Record> parameters;

  RuleAction(String meaning, Class<? extends Record> parameters) {
    this.meaning = meaning;
    this.parameters = parameters;
  }

  /** Meaning of the action, in one sentence. */
  public String meaning() {
    return meaning;
  }

  Optional<Class<? extends Record>> parameters() {
    return Optional.ofNullable(parameters);
  }

  /** The parameters that only this action has, if it has any. */
  Optional<Shape<?>> shape() {
    return Optional.ofNullable(parameters).map(RuleShapes::of);
  }

  /**
   * True if a rule may match a statement that only might have the tables it is about. What refuses
   * or watches may; what lets a statement pass, answers it, or sends it elsewhere, may not.
   */
  public boolean refusesOrWatches() {
    return switch (this) {
      case CALL, DEBUG, DROP, LOG, NOCACHE, STACK_TRACE, TAG -> true;
      default -> false;
    };
  }

  /**
   * True if a rule that does not say so applies inside of transactions too. What could give another
   * answer there than the transaction's own, does not; what guards or watches, does.
   */
  public boolean insideTransactions() {
    return switch (this) {
      case ASYNC_EXECUTE, CACHE, FORWARD, READER_ELIGIBLE, RETRY, TABLE_CACHE -> false;
      default -> true;
    };
  }
}
