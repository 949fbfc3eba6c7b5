package dev.heimdall.launcher.doctor;

import dev.heimdall.model.Spelled;

/** State of a subject. */
public enum State implements Spelled {
  /** It answers, and does what is asked. */
  OK,
  /** It answers, and does not allow what is asked. */
  DENIED,
  /** It answers, and has no credentials to ask with. */
  NO_CREDENTIALS,
  /** There is no answer. */
  TIMED_OUT,
  /** There is no way there. */
  UNREACHABLE,
  /** There is another fault. */
  FAILED;

  @Override
  public String spelling() {
    return Spelled.super.spelling().replace('-', ' ');
  }
}
