package dev.heimdall.engine.prepared;

/** A Close that the node put in and that was not answered yet. */
final class Closing {
  /** Null where it closes no client's. */
  final StatementName statement;

  /** State of the statement on the server until then; null for none. */
  StatementUse use;

  Closing(StatementName statement, StatementUse use) {
    this.statement = statement;
    this.use = use;
  }
}
