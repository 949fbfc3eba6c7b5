package dev.heimdall.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Subject that an expression looks at. */
public enum Specifier implements Spelled {
  /** The text, by a regular expression; the only one without a word in front. */
  REGEX(Items.REGEX),
  /** The string literals in the text: one of them is in the list. */
  LITERALS(Items.TEXT),
  /** The tables: one of the list is among them. */
  TABLES(Items.TABLE),
  /** The tables: all of the list are among them. */
  TABLESALL(Items.TABLE),
  /** The tables: there are some, and all of them are in the list. */
  TABLESONLY(Items.TABLE),
  /** The tables: they are those of the list, no more and no less. */
  TABLESEXACTLY(Items.TABLE),
  /** True if the statement was understood. */
  UNDERSTOOD(Items.TRUTH),
  /** The user, by regular expressions for the whole name. */
  USERS(Items.REGEX),
  /** The directory groups of the user, by regular expressions for the whole name. */
  LDAPGROUPS(Items.REGEX),
  /** The database of the session, by regular expressions for the whole name. */
  CATALOG(Items.REGEX),
  /** The database of the session, by how it begins. */
  CATALOGPREFIX(Items.TEXT),
  /** Application name of the client, by regular expressions for the whole name. */
  APPNAME(Items.REGEX),
  /** The port that the client connected to. */
  PORTS(Items.PORT),
  /** The client's address: an address or a network. */
  IPS(Items.NETWORK);

  /** Type of the list items after the word. */
  enum Items {
    REGEX,
    TEXT,
    TABLE,
    TRUTH,
    PORT,
    NETWORK
  }

  private final Items items;

  Specifier(Items items) {
    this.items = items;
  }

  Items items() {
    return items;
  }

  /** True if it is about the tables of the statement. */
  public boolean isAboutTables() {
    return items == Items.TABLE;
  }

  /** True if it is about what the statement does, which its text alone does not tell. */
  public boolean isAboutStatement() {
    return isAboutTables() || this == UNDERSTOOD;
  }

  /** True if it is about the text alone. */
  public boolean isAboutText() {
    return this == REGEX || this == LITERALS;
  }

  /** True if it is about the session and not about the statement. */
  public boolean isAboutSession() {
    return !isAboutText() && !isAboutStatement();
  }

  /** True if {@code ${catalog}} and the like may stand in the list. */
  boolean takesBuiltIns() {
    return !isAboutText() && items != Items.PORT && items != Items.NETWORK && items != Items.TRUTH;
  }

  static Optional<Specifier> of(String word) {
    return Arrays.stream(values()).filter(s -> s != REGEX && s.spelling().equals(word)).findFirst();
  }

  static List<String> words() {
    return Arrays.stream(values()).filter(s -> s != REGEX).map(Spelled::spelling).toList();
  }
}
