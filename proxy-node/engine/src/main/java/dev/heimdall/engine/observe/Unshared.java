package dev.heimdall.engine.observe;

import java.util.Locale;

/** Reason that a statement was not put into the pipeline of a shared connection. */
public enum Unshared {
  TRANSACTION("it is part of a transaction"),
  PINNED("its session keeps a server connection"),
  CLIENT_PIPELINES("its client sends statements before it has the answers to those before"),
  SHAPE("it is not a request of one statement, or asks for some of the rows only"),
  UNKNOWN("what it does is not known"),
  NOT_A_READ("it writes, or locks what it reads"),
  SESSION("it may answer differently from session to session, or changes its session"),
  RULE("a rule does not let it, or wants something done with it"),
  NEW("such statements have not run often enough"),
  SLOW("such statements take too long"),
  LARGE("such statements have had too large an answer"),
  LEFTOVERS("such statements leave warnings or errors for the next one to ask about"),
  NO_PLACE("no connection could be shared at that time");

  private final String answer;

  Unshared(String words) {
    this.answer = "no: " + words;
  }

  /** For a metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** For a person who asks whether a statement was shared. */
  public String answer() {
    return answer;
  }
}
