package dev.heimdall.manager.accounts;

import java.util.Locale;

/** Permission of a user. */
public enum Permission {
  /** See documents without their secrets, what is wrong with changes of them, and how nodes are. */
  READ_CONFIGURATION,
  /** Commit changes, and go back to what was. */
  CHANGE_CONFIGURATION,
  /** Send commands to nodes. */
  OPERATE_NODES,
  /** See who did what. */
  READ_AUDIT,
  /** See and change the accounts of others. */
  MANAGE_ACCOUNTS,
  /** Change one's own password, also when that is due before anything else. */
  OWN_ACCOUNT,
  /** Have a second factor, also when that is due before anything else. */
  OWN_FACTOR,
  /** Have tokens for one's own programs. */
  OWN_TOKENS;

  /** As documents have it. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }
}
