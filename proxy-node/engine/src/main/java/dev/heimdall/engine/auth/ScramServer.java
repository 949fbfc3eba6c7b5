package dev.heimdall.engine.auth;

import dev.heimdall.engine.wire.Sqlstate;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * One SCRAM-SHA-256 exchange with a client, we being the server. It goes {@link #first}, {@link
 * #last}, then {@link #keys}; any exception ends it. Costs a few HMACs, so it may run on an event
 * loop; not thread-safe.
 */
public final class ScramServer {

  /** The mechanism without channel binding. */
  public static final String SCRAM_SHA_256 = "SCRAM-SHA-256";

  /** The mechanism that is tied to the TLS certificate. */
  public static final String SCRAM_SHA_256_PLUS = "SCRAM-SHA-256-PLUS";

  static final String PLUS_HEADER = "p=tls-server-end-point,,";

  private enum State {
    AWAITING_FIRST,
    AWAITING_LAST,
    SUCCEEDED,
    FAILED
  }

  private final ScramArithmetic arithmetic;
  private final String user;
  private final ScramVerifier verifier;
  private final boolean userExists;
  private final byte[] tlsServerEndPoint;
  private final NonceSource nonces;

  private State state = State.AWAITING_FIRST;
  private String gs2Header;
  private String clientFirstBare;
  private String serverFirst;
  private String nonce;
  private ScramKeys keys;

  private ScramServer(
      String user,
      ScramVerifier verifier,
      boolean userExists,
      byte[] tlsServerEndPoint,
      NonceSource nonces,
      ScramArithmetic arithmetic) {
    this.arithmetic = arithmetic;
    this.user = user;
    this.verifier = verifier;
    this.userExists = userExists;
    this.tlsServerEndPoint = tlsServerEndPoint == null ? null : tlsServerEndPoint.clone();
    this.nonces = nonces;
  }

  /**
   * @param user the name of the start-up packet; the one inside SCRAM is ignored, as PostgreSQL
   *     does
   * @param tlsServerEndPoint the binding data of our own certificate; null without TLS or where the
   *     certificate defines none: then the PLUS mechanism is not offered
   * @param arithmetic of the thread that the exchange belongs to
   */
  public ScramServer(
      String user,
      ScramVerifier verifier,
      byte[] tlsServerEndPoint,
      NonceSource nonces,
      ScramArithmetic arithmetic) {
    this(user, verifier, true, tlsServerEndPoint, nonces, arithmetic);
  }

  /** An exchange that goes like any other and always ends with {@link AuthenticationFailed}. */
  public static ScramServer forUnknownUser(
      String user,
      ScramVerifier mock,
      byte[] tlsServerEndPoint,
      NonceSource nonces,
      ScramArithmetic arithmetic) {
    return new ScramServer(user, mock, false, tlsServerEndPoint, nonces, arithmetic);
  }

  /** Mechanisms to offer, the preferred one first. */
  public List<String> mechanisms() {
    return tlsServerEndPoint == null
        ? List.of(SCRAM_SHA_256)
        : List.of(SCRAM_SHA_256_PLUS, SCRAM_SHA_256);
  }

  /**
   * @param mechanism the one that the client chose
   * @param clientFirst its initial response; null where it sent none
   * @return the server-first-message
   */
  public byte[] first(String mechanism, byte[] clientFirst) throws ScramException {
    // Failed until proven otherwise: whatever is thrown from here on ends the exchange.
    move(State.AWAITING_FIRST, State.FAILED);
    if (mechanism == null || !mechanisms().contains(mechanism)) {
      throw new ScramException(
          AuthFailure.of(
              Sqlstate.PROTOCOL_VIOLATION,
              "client selected an invalid SASL authentication mechanism"));
    }
    ScramSyntax message = ScramSyntax.of(clientFirst, "client-first-message");
    checkBindingFlag(message.field(), mechanism.equals(SCRAM_SHA_256_PLUS));
    if (!message.field().isEmpty()) {
      throw new ScramException(
          AuthFailure.of(
              Sqlstate.FEATURE_NOT_SUPPORTED,
              "client uses authorization identity, but it is not supported"));
    }
    if (message.atEnd()) {
      throw ScramException.malformed("The message ends too early.");
    }
    gs2Header = message.text().substring(0, message.position());
    clientFirstBare = message.text().substring(message.position());
    if (message.peek() == 'm') {
      throw ScramSyntax.mandatoryExtension("client");
    }
    message.attribute('n');
    String clientNonce = ScramSyntax.requireNonce(message.attribute('r'), ScramSyntax.MAX_NONCE);
    while (!message.atEnd()) {
      message.skipExtension();
    }
    nonce = clientNonce + nonces.next();
    serverFirst =
        "r="
            + nonce
            + ",s="
            + Base64.getEncoder().encodeToString(verifier.salt())
            + ",i="
            + verifier.iterations();
    move(State.FAILED, State.AWAITING_LAST);
    return ScramSyntax.bytes(serverFirst);
  }

  /**
   * @return the server-final-message, our own proof
   * @throws AuthenticationFailed when the proof is wrong
   */
  public byte[] last(byte[] clientFinal) throws ScramException, AuthenticationFailed {
    move(State.AWAITING_LAST, State.FAILED);
    ScramSyntax message = ScramSyntax.of(clientFinal, "client-final-message");
    byte[] binding = ScramSyntax.requireBase64(message.attribute('c'), "channel binding");
    checkBinding(binding);
    if (!message.attribute('r').equals(nonce)) {
      throw new ScramException(
          new AuthFailure(
              Sqlstate.PROTOCOL_VIOLATION,
              "invalid SCRAM response",
              "Nonce does not match.",
              null));
    }
    while (message.peek() != 'p') {
      message.skipExtension();
    }
    String withoutProof = message.text().substring(0, message.position() - 1);
    byte[] proof = ScramSyntax.requireBase64(message.attribute('p'), "proof");
    message.requireEnd();
    if (proof.length != ScramArithmetic.KEY_LENGTH) {
      throw ScramException.malformed("The proof must have 32 bytes.");
    }

    byte[] signed = ScramSyntax.bytes(clientFirstBare + "," + serverFirst + "," + withoutProof);
    byte[] clientSignature = arithmetic.hmac(verifier.storedKey(), signed);
    byte[] clientKey = ScramArithmetic.xor(proof, clientSignature);
    boolean right = MessageDigest.isEqual(arithmetic.hash(clientKey), verifier.storedKey());
    if (!(right & userExists)) {
      throw new AuthenticationFailed(user);
    }
    byte[] serverKey = verifier.serverKey();
    keys = new ScramKeys(clientKey, serverKey);
    move(State.FAILED, State.SUCCEEDED);
    byte[] serverSignature = arithmetic.hmac(serverKey, signed);
    return ScramSyntax.bytes("v=" + Base64.getEncoder().encodeToString(serverSignature));
  }

  /**
   * Keys that the client proved to have, to log in to a server with the same verifier; after
   * success only.
   */
  public ScramKeys keys() {
    if (state != State.SUCCEEDED) {
      throw new IllegalStateException("the SCRAM exchange has not succeeded: it is " + state);
    }
    return keys;
  }

  private void checkBindingFlag(String flag, boolean plus) throws ScramException {
    if (flag.equals("n") || flag.equals("y")) {
      if (plus) {
        throw ScramException.malformed(
            "The client selected SCRAM-SHA-256-PLUS, but its message names no channel binding.");
      }
      if (flag.equals("y") && tlsServerEndPoint != null) {
        // A man in the middle removed PLUS from the list of mechanisms.
        throw new ScramException(
            new AuthFailure(
                Sqlstate.INVALID_AUTHORIZATION,
                "SCRAM channel binding negotiation error",
                "The client supports SCRAM channel binding but thinks the server does not."
                    + "  However, this server does support channel binding.",
                null));
      }
    } else if (flag.startsWith("p=")) {
      if (!plus) {
        throw ScramException.malformed(
            "The client selected SCRAM-SHA-256, but its message names a channel binding.");
      }
      if (!flag.equals("p=tls-server-end-point")) {
        throw new ScramException(
            new AuthFailure(
                Sqlstate.PROTOCOL_VIOLATION,
                "unsupported SCRAM channel-binding type",
                "The only type supported is tls-server-end-point.",
                null));
      }
    } else {
      throw ScramException.malformed("The channel-binding flag is not \"n\", \"y\" or \"p=\".");
    }
  }

  private void checkBinding(byte[] binding) throws ScramException {
    byte[] expected = ScramSyntax.bytes(gs2Header);
    if (gs2Header.equals(PLUS_HEADER)) {
      int header = expected.length;
      expected = Arrays.copyOf(expected, header + tlsServerEndPoint.length);
      System.arraycopy(tlsServerEndPoint, 0, expected, header, tlsServerEndPoint.length);
      if (!MessageDigest.isEqual(expected, binding)) {
        throw new ScramException(
            AuthFailure.of(Sqlstate.INVALID_AUTHORIZATION, "SCRAM channel binding check failed"));
      }
    } else if (!MessageDigest.isEqual(expected, binding)) {
      throw new ScramException(
          AuthFailure.of(
              Sqlstate.PROTOCOL_VIOLATION,
              "unexpected SCRAM channel-binding attribute in client-final-message"));
    }
  }

  private void move(State expected, State next) {
    if (state != expected) {
      throw new IllegalStateException(
          "this step of the SCRAM exchange needs " + expected + ", it is " + state);
    }
    state = next;
  }
}
