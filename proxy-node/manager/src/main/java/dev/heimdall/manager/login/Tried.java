package dev.heimdall.manager.login;

/**
 * Target of a log-in attempt.
 *
 * @param kind with what
 * @param user as it was typed
 * @param exists whether there is such an account
 */
record Tried(Kind kind, String user, boolean exists) {
  /** No name of an account is longer. */
  private static final int LONGEST = 64;

  private static final String TOO_LONG = " too long";

  /** Kind of the credentials of a log-in attempt. */
  enum Kind {
    PASSWORD,
    CODE,
    /** It cannot be guessed. */
    TOKEN,
    /** Nor can what a provider sends; all who come from it are one to the manager. */
    PROVIDER;

    /** True if tries at one account are counted, whichever address they come from. */
    boolean isOfAnAccount() {
      return this == PASSWORD || this == CODE;
    }
  }

  static Tried password(String user, boolean exists) {
    return new Tried(Kind.PASSWORD, user, exists);
  }

  static Tried code(String user) {
    return new Tried(Kind.CODE, user, true);
  }

  static Tried token() {
    return new Tried(Kind.TOKEN, "", false);
  }

  static Tried provider() {
    return new Tried(Kind.PROVIDER, "", false);
  }

  /** By what it is counted. */
  String name() {
    return kind + " " + (user.length() > LONGEST ? TOO_LONG : user);
  }

  /** Returns the kind only: the typed user name may be a password. */
  @Override
  public String toString() {
    return kind.name();
  }
}
