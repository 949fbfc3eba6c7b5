package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Permission;

/**
 * A link in the navigation, for those who have the permission.
 *
 * @param words as short as can be
 */
public record Entry(Group group, String words, String path, Permission permission) {
  /** Groups of entries, in this order. */
  public enum Group {
    /** State of nodes, databases and statements. */
    WATCH("Watch"),
    /** Wanted state. */
    CONFIGURE("Configure"),
    /** Past events. */
    RECORD("Record"),
    /** Users and their permissions. */
    PEOPLE("People");

    private final String words;

    Group(String words) {
      this.words = words;
    }

    /** Its heading. */
    public String words() {
      return words;
    }
  }

  /** One of what is configured. */
  public Entry(String words, String path, Permission permission) {
    this(Group.CONFIGURE, words, path, permission);
  }
}
