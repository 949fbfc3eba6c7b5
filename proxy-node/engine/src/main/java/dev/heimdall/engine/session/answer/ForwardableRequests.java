package dev.heimdall.engine.session.answer;

import dev.heimdall.engine.sql.StatementFacts;

/** Requests that rules may forward to another engine, in the form of their protocol. */
public interface ForwardableRequests {
  /** True if a statement stays, whatever rules want: it is about what its server alone knows. */
  default boolean stays(StatementFacts facts) {
    return false;
  }

  /** State of the session with which nothing can be forwarded, in words; null for none. */
  String obstacle();
}
