package dev.heimdall.manager.accounts;

import java.util.List;

/**
 * Second factor of a user besides the password: a secret that the user's authenticator has, too.
 *
 * @param secret in Base32, as authenticators take it
 * @param on whether log-ins ask for it; before that it is offered, until its first code has shown
 *     that the authenticator has it
 * @param step of the code that was taken last: neither that one nor one before it is taken again
 * @param recovery hashes of the codes that may stand in for it, each once
 */
public record SecondFactor(String secret, boolean on, long step, List<String> recovery) {
  public SecondFactor {
    recovery = List.copyOf(recovery);
  }

  /** Returns a text without the secret, so that it is not read by mistake. */
  @Override
  public String toString() {
    return on ? "a second factor" : "a second factor that is offered";
  }
}
