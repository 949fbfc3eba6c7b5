package dev.heimdall.engine.journal;

/**
 * What the client has had of an answer, except for what is the same wherever its unit is sent; what
 * it must have and is there counts as had.
 */
public enum Delivery {
  NOTHING,
  /** A part that a new answer can be compared with. */
  KNOWN,
  /** A part of which nothing is known. */
  UNKNOWN;

  /**
   * Where nothing is compared.
   *
   * @param nothing whether it has had nothing
   */
  public static Delivery of(boolean nothing) {
    return nothing ? NOTHING : UNKNOWN;
  }
}
