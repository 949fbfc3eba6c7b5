package dev.heimdall.launcher.doctor;

import java.util.function.Supplier;

/**
 * Subject to look at.
 *
 * @param look waits for the network; never fails
 */
record Check(String what, boolean needed, Supplier<Outcome> look) {
  /** Outcome of the look. */
  record Outcome(State state, String detail) {
    static Outcome ok(String detail) {
      return new Outcome(State.OK, detail);
    }
  }

  Finding finding(Outcome outcome) {
    return new Finding(what, needed, outcome.state(), outcome.detail());
  }
}
