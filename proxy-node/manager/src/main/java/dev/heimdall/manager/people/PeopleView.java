package dev.heimdall.manager.people;

import dev.heimdall.manager.audit.AuditFilter;
import java.util.List;

/** Data for the templates of accounts and of the audit log. */
public final class PeopleView {
  private PeopleView() {}

  /**
   * An account.
   *
   * @param own whether it is the reader's
   */
  public record Person(
      String name,
      String role,
      boolean disabled,
      boolean mustChange,
      boolean factor,
      boolean own,
      String created,
      String changed) {}

  /** A user's token. */
  public record Word(
      String id, String name, String owner, String role, String expires, String used) {}

  /** A role, and whether it is for those with a second factor. */
  public record Duty(String role, boolean factor) {}

  /** All accounts. */
  public record People(List<Person> people, List<Word> tokens, List<Duty> duties, String problem) {}

  /** An entry of the audit log. */
  public record Deed(
      String at, String user, String action, boolean bad, String subject, String address) {}

  /**
   * Some of its entries.
   *
   * @param found how many there are of which these are the last
   */
  public record Log(AuditFilter asked, List<String> actions, List<Deed> deeds, int found) {}
}
