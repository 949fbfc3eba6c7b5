package dev.heimdall.engine.journal;

/**
 * Part of an answer that the client has had, except for content that is the same wherever its unit
 * is sent; a part that it must have and that is there counts as had.
 */
public enum Delivery {
  NOTHING,
  /** A part that a new answer can be compared with. */
  KNOWN,
  /** A part of which nothing is known. */
  UNKNOWN;

  /**
   * Returns the delivery where nothing is compared.
   *
   * @param nothing whether it has had nothing
   */
  public static Delivery of(boolean nothing) {
    return nothing ? NOTHING : UNKNOWN;
  }
}
