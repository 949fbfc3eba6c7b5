package dev.heimdall.manager.accounts;

/** An account cannot be made or changed so; the message says why and what may be. */
public final class AccountRefused extends Exception {
  private static final long serialVersionUID = 1L;

  /** Reason for the rejection. */
  public enum Reason {
    /** There is no such account. */
    UNKNOWN,
    /** There is one already. */
    EXISTS,
    /** Requested change is not possible. */
    WRONG,
    /** No account would be left that may change accounts. */
    LAST_ADMIN,
    /** There is no place for accounts. */
    NO_PLACE
  }

  private final Reason reason;

  AccountRefused(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Returns the rejection for a manager that has no configured place for accounts. */
  public static AccountRefused noPlace() {
    return new AccountRefused(
        Reason.NO_PLACE, "There is no place for accounts: name one with managerStore.");
  }

  /** Returns the rejection of a change that is not possible. */
  public static AccountRefused wrong(String message) {
    return new AccountRefused(Reason.WRONG, message);
  }

  public Reason reason() {
    return reason;
  }
}
