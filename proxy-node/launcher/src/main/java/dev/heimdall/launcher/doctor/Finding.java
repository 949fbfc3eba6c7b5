package dev.heimdall.launcher.doctor;

/**
 * Finding on one subject.
 *
 * @param needed whether the configuration cannot be carried out without it
 * @param detail for people; never holds a secret
 */
public record Finding(String what, boolean needed, State state, String detail) {
  /** True if something must be done about it. */
  public boolean trouble() {
    return needed && state != State.OK;
  }
}
