package dev.heimdall.launcher.doctor;

/**
 * What was found of one thing.
 *
 * @param needed whether the configuration cannot be carried out without it
 * @param detail for people; never holds a secret
 */
public record Finding(String what, boolean needed, State state, String detail) {
  /** Whether something must be done about it. */
  public boolean trouble() {
    return needed && state != State.OK;
  }
}
