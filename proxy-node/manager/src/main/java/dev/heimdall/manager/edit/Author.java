package dev.heimdall.manager.edit;

/**
 * Who makes an edit, and why.
 *
 * @param address where the request came from
 * @param comment why; may be empty
 */
public record Author(String user, String address, String comment) {
  /** Characters that pages and objects of REST take. */
  public static final int LONGEST_COMMENT = 200;

  /** Somebody who does not say why. */
  public Author(String user, String address) {
    this(user, address, "");
  }

  /** The same, with a reason. */
  public Author saying(String why) {
    return new Author(user, address, why);
  }
}
