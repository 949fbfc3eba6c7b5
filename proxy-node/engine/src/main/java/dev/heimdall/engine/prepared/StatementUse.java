package dev.heimdall.engine.prepared;

/** What a server has of one statement, or will have; {@link ServerStatements} alone changes it. */
final class StatementUse {
  /** The number of the group that its Parse belongs to; negative where nobody knows it. */
  final long group;

  Standing standing;

  /** Whether the server has said that it is prepared. */
  boolean confirmed;

  int binds;

  /** Whether it was parsed where names meant something else than to others that would use it. */
  boolean unsettled;

  /** Whether it was parsed with other settings than those that its {@code scope} names. */
  boolean misread;

  long misfitSince;
  long handle;
  Object parsedFor;

  /** What the server has all the same, if its closing and this Parse are both skipped. */
  StatementUse beneath;

  StatementUse(long group) {
    this(group, Standing.HERE);
  }

  private StatementUse(long group, Standing standing) {
    this.group = group;
    this.standing = standing;
  }

  static StatementUse doubted() {
    return new StatementUse(-1, Standing.DOUBTED);
  }
}
