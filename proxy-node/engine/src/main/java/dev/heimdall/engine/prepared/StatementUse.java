package dev.heimdall.engine.prepared;

/** State of one statement on a server, now or later; {@link ServerStatements} alone changes it. */
final class StatementUse {
  /** The number of the group that its Parse belongs to; negative where it is unknown. */
  final long group;

  Standing standing;

  /** True if the server has said that it is prepared. */
  boolean confirmed;

  int binds;

  /** True if it was parsed where names meant something else than to others that would use it. */
  boolean unsettled;

  /** True if it was parsed with other settings than those that its {@code scope} names. */
  boolean misread;

  long misfitSince;
  long handle;
  Object parsedFor;

  /** Use that remains on the server if its closing and this Parse are both skipped. */
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
