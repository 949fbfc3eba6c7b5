package dev.heimdall.manager.accounts;

/** An account cannot be made or changed so; the message says why and what may be. */
public final class AccountRefused extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why not. */
  public enum Reason {
    /** There is no such account. */
    UNKNOWN,
    /** There is one already. */
    EXISTS,
    /** What was asked for cannot be. */
    WRONG,
    /** Nobody would be left who may change accounts. */
    LAST_ADMIN,
    /** There is no place for accounts. */
    NO_PLACE
  }

  private final Reason reason;

  AccountRefused(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Nobody has said where accounts are to be kept. */
  public static AccountRefused noPlace() {
    return new AccountRefused(
        Reason.NO_PLACE, "There is no place for accounts: name one with managerStore.");
  }

  /** What was asked for cannot be. */
  public static AccountRefused wrong(String message) {
    return new AccountRefused(Reason.WRONG, message);
  }

  public Reason reason() {
    return reason;
  }
}
