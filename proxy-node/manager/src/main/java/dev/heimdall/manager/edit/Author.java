package dev.heimdall.manager.edit;

/**
 * Author of an edit, and the reason for it.
 *
 * @param address where the request came from
 * @param comment why; may be empty
 */
public record Author(String user, String address, String comment) {
  /** Characters that pages and objects of REST take. */
  public static final int LONGEST_COMMENT = 200;

  /** Creates an author who gives no reason. */
  public Author(String user, String address) {
    this(user, address, "");
  }

  /** Returns a copy with a reason. */
  public Author saying(String why) {
    return new Author(user, address, why);
  }
}
