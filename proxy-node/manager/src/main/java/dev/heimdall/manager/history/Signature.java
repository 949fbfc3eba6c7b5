package dev.heimdall.manager.history;

/**
 * Author of a revision.
 *
 * @param address where the request came from
 * @param comment why; may be empty
 */
public record Signature(String user, String address, String comment) {
  private static final int LONGEST = 1000;

  public Signature {
    comment = comment.length() > LONGEST ? comment.substring(0, LONGEST) : comment;
  }
}
