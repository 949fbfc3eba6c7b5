package dev.heimdall.engine.observe;

import java.util.Locale;

/**
 * Reason that a statement which a rule wants cached was neither answered from the cache nor put
 * there.
 */
public enum Uncached {
  RULE("a rule gives its result no time, or wants something else done with it"),
  TRANSACTION("it is part of a transaction, which it begins or which may have done more than read"),
  ISOLATION("the isolation level of its transaction is not READ COMMITTED, or not known yet"),
  PINNED("its session keeps a server connection"),
  SHAPE("it is not a request of one statement that is run once"),
  UNKNOWN("what it reads is not known for certain"),
  NOT_A_READ("it writes, locks what it reads, or reads what the server itself keeps"),
  SESSION("it may answer differently from session to session, or changes its session"),
  DECLINED("it says SQL_NO_CACHE"),
  NO_TABLES("it reads no table"),
  VOLATILE("its result rests on more than its tables: the clock, chance, its session"),
  SYSTEM("it reads system tables, or what else the server has to say of itself"),
  WRITTEN_OFTEN("too many of the statements with one of its tables write it"),
  RARELY_USED("results of such statements went before they were asked for often enough"),
  OUT_OF_TOUCH("the node does not know what is written through other nodes"),
  NOT_THERE("it was not there"),
  COMPARED("a rule has what is kept compared with what the server answers"),
  REFRESHED("its time is nearly over, and it is fetched anew for all"),
  NOT_REFRESHED("it was to be fetched anew for all, and that has failed"),
  NEW("it comes for the first time"),
  NO_ROOM("too much of other answers was being copied at that time"),
  UNSUITED("its answer was too large, an error, or came with a notice"),
  REPLICA("a replica answered it that need not have the writes of other sessions");

  private final String words;

  Uncached(String words) {
    this.words = words;
  }

  /** For a person who knows what it is about. */
  public String words() {
    return words;
  }

  /** For a metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** For a person who asks whether a statement was cached. */
  public String answer() {
    return "no: " + words;
  }
}
