package dev.heimdall.manager.alerts;

/** A message has not arrived; what it says is for operators, and holds no secret. */
final class Failed extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean worthAnother;

  Failed(String words, boolean worthAnother) {
    super(words);
    this.worthAnother = worthAnother;
  }

  /** True if the same may arrive later. */
  boolean worthAnother() {
    return worthAnother;
  }
}
