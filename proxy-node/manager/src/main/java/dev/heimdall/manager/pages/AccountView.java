package dev.heimdall.manager.pages;

import java.util.List;

/** Data for the templates of a user's own account. */
public final class AccountView {
  private AccountView() {}

  /**
   * All of it.
   *
   * @param codes recovery codes that are left
   * @param roles that tokens may have
   */
  public record Own(
      String user,
      String role,
      boolean factor,
      int codes,
      List<String> roles,
      List<TokenRow> tokens) {}

  /**
   * A token.
   *
   * @param over whether it has expired
   */
  public record TokenRow(
      String id,
      String name,
      String role,
      String created,
      String expires,
      boolean over,
      String used) {}

  /**
   * The second factor.
   *
   * @param key in groups; empty: none is offered
   * @param codes recovery codes that are left
   * @param due whether it has to be set up before anything else
   */
  public record Factor(boolean on, String key, int codes, boolean due, String problem) {
    /** The key is its owner's. */
    @Override
    public String toString() {
      return on ? "on" : "off";
    }
  }
}
