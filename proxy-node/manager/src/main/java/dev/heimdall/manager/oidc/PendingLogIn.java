package dev.heimdall.manager.oidc;

import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.util.Optional;

/**
 * A log-in that has begun. Its browser carries it, sealed, so that it ends in no other one.
 *
 * @param state which the provider gives back with the browser
 * @param nonce which the provider puts into its token
 * @param verifier what the provider has seen a digest of
 */
public record PendingLogIn(String state, String nonce, String verifier) {
  private static final int PARTS = 3;

  static PendingLogIn begin() {
    return new PendingLogIn(
        new State().getValue(), new Nonce().getValue(), new CodeVerifier().getValue());
  }

  /** As one line. */
  public String text() {
    return state + " " + nonce + " " + verifier;
  }

  /** The one that was written so. */
  public static Optional<PendingLogIn> read(String text) {
    String[] parts = text.split(" ", -1);
    return parts.length == PARTS
        ? Optional.of(new PendingLogIn(parts[0], parts[1], parts[2]))
        : Optional.empty();
  }

  /** Returns a text without the content, which enables its reader to end the log-in. */
  @Override
  public String toString() {
    return "a log-in that has begun";
  }
}
