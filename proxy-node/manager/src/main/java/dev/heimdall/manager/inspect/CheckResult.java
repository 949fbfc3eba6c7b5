package dev.heimdall.manager.inspect;

/**
 * One thing that was checked.
 *
 * @param subject the server or service that it is about, such as {@code db.example:5432}
 * @param what was checked, such as {@code Log-in}
 * @param detail what was found, in the words of the answer; never holds a secret
 * @param advice what to do about it; empty: nothing
 */
public record CheckResult(String subject, String what, State state, String detail, String advice) {
  /** State of the checked item. */
  public enum State {
    /** As it should be. */
    GOOD,
    /** It works, and there is something to know. */
    NOTE,
    /** It does not work. */
    BAD,
    /** It could not be checked. */
    SKIPPED
  }

  public static CheckResult good(String subject, String what, String detail) {
    return new CheckResult(subject, what, State.GOOD, detail, "");
  }

  public static CheckResult note(String subject, String what, String detail, String advice) {
    return new CheckResult(subject, what, State.NOTE, detail, advice);
  }

  public static CheckResult bad(String subject, String what, String detail, String advice) {
    return new CheckResult(subject, what, State.BAD, detail, advice);
  }

  public static CheckResult skipped(String subject, String what, String detail, String advice) {
    return new CheckResult(subject, what, State.SKIPPED, detail, advice);
  }
}
