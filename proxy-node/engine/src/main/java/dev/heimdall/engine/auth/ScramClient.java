package dev.heimdall.engine.auth;

import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ChannelBinding;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * One SCRAM-SHA-256 exchange with a database, we being the client. It goes {@link #first}, {@link
 * #last}, {@link #verify}; any exception ends it. Not thread-safe, and {@link #last} may take long:
 * see {@link #derivesKeys}.
 */
public final class ScramClient {

  private enum State {
    NEW,
    FIRST_SENT,
    LAST_SENT,
    SERVER_VERIFIED,
    FAILED
  }

  /** Source of the keys: a password, or an exchange that a client of ours went through. */
  private interface KeySource {
    ScramKeys keys(byte[] salt, int iterations);

    boolean derives(byte[] salt, int iterations);
  }

  private final ScramArithmetic arithmetic = new ScramArithmetic();
  private final KeySource source;
  private final String mechanism;
  private final String gs2Header;
  private final byte[] bindingData;
  private final String nonce;

  private State state = State.NEW;
  private byte[] serverSignature;

  private ScramClient(
      KeySource source,
      ChannelBinding binding,
      byte[] tlsServerEndPoint,
      List<String> offered,
      NonceSource nonces)
      throws ScramException {
    this.source = source;
    boolean bindable = tlsServerEndPoint != null && binding != ChannelBinding.DISABLE;
    boolean plus = bindable && offered.contains(ScramServer.SCRAM_SHA_256_PLUS);
    if (binding == ChannelBinding.REQUIRE && !plus) {
      throw refused(
          tlsServerEndPoint == null
              ? "channel binding is required, but the connection has no TLS certificate to bind to"
              : "channel binding is required, but the server does not offer SCRAM-SHA-256-PLUS");
    }
    if (!plus && !offered.contains(ScramServer.SCRAM_SHA_256)) {
      throw refused("the server offers no SASL mechanism that this node can use");
    }
    mechanism = plus ? ScramServer.SCRAM_SHA_256_PLUS : ScramServer.SCRAM_SHA_256;
    // "y" says that we would have bound the channel: a server that did offer PLUS detects
    // that a man in the middle removed it.
    gs2Header = plus ? ScramServer.PLUS_HEADER : bindable ? "y,," : "n,,";
    bindingData = plus ? tlsServerEndPoint.clone() : new byte[0];
    nonce = nonces.next();
  }

  /**
   * @param password as configured; SASLprep is applied here
   * @param cache where derived keys are kept
   * @param tlsServerEndPoint binding data of the server's certificate; null without TLS
   * @param offered the mechanisms that the server offers
   * @throws ScramException when no mechanism offered fits the binding asked for
   */
  public static ScramClient withPassword(
      String password,
      ScramKeyCache cache,
      ChannelBinding binding,
      byte[] tlsServerEndPoint,
      List<String> offered,
      NonceSource nonces)
      throws ScramException {
    byte[] prepared = SaslPrep.prepare(password);
    KeySource source =
        new KeySource() {
          @Override
          public ScramKeys keys(byte[] salt, int iterations) {
            return cache.keys(prepared, salt, iterations);
          }

          @Override
          public boolean derives(byte[] salt, int iterations) {
            return cache.known(prepared, salt, iterations) == null;
          }
        };
    return new ScramClient(source, binding, tlsServerEndPoint, offered, nonces);
  }

  /**
   * Logs in with what a client proved to us; works where the server holds the very verifier that we
   * checked the client against, and fails as a wrong password does elsewhere.
   *
   * @param tlsServerEndPoint binding data of the server's certificate; null without TLS
   * @param offered the mechanisms that the server offers
   * @throws ScramException when no mechanism offered fits the binding asked for
   */
  public static ScramClient withKeys(
      ScramKeys keys,
      ChannelBinding binding,
      byte[] tlsServerEndPoint,
      List<String> offered,
      NonceSource nonces)
      throws ScramException {
    KeySource source =
        new KeySource() {
          @Override
          public ScramKeys keys(byte[] salt, int iterations) {
            return keys;
          }

          @Override
          public boolean derives(byte[] salt, int iterations) {
            return false;
          }
        };
    return new ScramClient(source, binding, tlsServerEndPoint, offered, nonces);
  }

  /** The mechanism to select. */
  public String mechanism() {
    return mechanism;
  }

  /** The client-first-message. */
  public byte[] first() {
    move(State.NEW, State.FIRST_SENT);
    return ScramSyntax.bytes(gs2Header + firstBare());
  }

  /**
   * True if {@link #last} would derive keys from a password: milliseconds, or half a second at the
   * highest iteration count allowed. Then it belongs on another thread than an event loop. Changes
   * nothing.
   */
  public boolean derivesKeys(byte[] serverFirst) throws ScramException {
    ServerFirst message = parse(serverFirst);
    return source.derives(message.salt, message.iterations);
  }

  /** The client-final-message with our proof. */
  public byte[] last(byte[] serverFirst) throws ScramException {
    move(State.FIRST_SENT, State.FAILED);
    ServerFirst message = parse(serverFirst);
    ScramKeys keys = source.keys(message.salt, message.iterations);

    byte[] header = ScramSyntax.bytes(gs2Header);
    byte[] binding = Arrays.copyOf(header, header.length + bindingData.length);
    System.arraycopy(bindingData, 0, binding, header.length, bindingData.length);
    String withoutProof =
        "c=" + Base64.getEncoder().encodeToString(binding) + ",r=" + message.nonce;
    byte[] signed = ScramSyntax.bytes(firstBare() + "," + message.text + "," + withoutProof);

    byte[] clientKey = keys.clientKey();
    byte[] storedKey = arithmetic.hash(clientKey);
    byte[] proof = ScramArithmetic.xor(clientKey, arithmetic.hmac(storedKey, signed));
    serverSignature = arithmetic.hmac(keys.serverKey(), signed);
    move(State.FAILED, State.LAST_SENT);
    return ScramSyntax.bytes(withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof));
  }

  /**
   * Checks that the server knows our verifier; one that does not must not be trusted with queries.
   */
  public void verify(byte[] serverFinal) throws ScramException {
    move(State.LAST_SENT, State.FAILED);
    ScramSyntax message = ScramSyntax.of(serverFinal, "server-final-message");
    if (message.peek() == 'e') {
      throw refused("the server ended the SCRAM exchange: " + printable(message.attribute('e')));
    }
    byte[] signature = ScramSyntax.requireBase64(message.attribute('v'), "server signature");
    message.requireEnd();
    if (!MessageDigest.isEqual(signature, serverSignature)) {
      throw refused("the server's SCRAM signature is wrong: it does not know the user's password");
    }
    move(State.FAILED, State.SERVER_VERIFIED);
  }

  /**
   * True if the server proved itself; an AuthenticationOk before that is a breach of the protocol.
   */
  public boolean isVerified() {
    return state == State.SERVER_VERIFIED;
  }

  /** PostgreSQL takes the user from the start-up packet, so the name in here is left empty. */
  private String firstBare() {
    return "n=,r=" + nonce;
  }

  private ServerFirst parse(byte[] serverFirst) throws ScramException {
    ScramSyntax message = ScramSyntax.of(serverFirst, "server-first-message");
    if (message.peek() == 'm') {
      throw ScramSyntax.mandatoryExtension("server");
    }
    String combined = ScramSyntax.requireNonce(message.attribute('r'), 2 * ScramSyntax.MAX_NONCE);
    if (!combined.startsWith(nonce) || combined.length() == nonce.length()) {
      throw ScramException.malformed("The server's nonce does not extend ours.");
    }
    byte[] salt = ScramSyntax.requireBase64(message.attribute('s'), "salt");
    if (salt.length < 1 || salt.length > ScramSyntax.MAX_SALT) {
      throw ScramException.malformed(
          "The salt has " + salt.length + " bytes; 1 to 256 are allowed.");
    }
    int iterations = ScramSyntax.iterations(message.attribute('i'));
    if (iterations == 0) {
      throw ScramException.malformed("The iteration count is not a number from 1 to 1000000.");
    }
    message.requireEnd();
    return new ServerFirst(message.text(), combined, salt, iterations);
  }

  private void move(State expected, State next) {
    if (state != expected) {
      throw new IllegalStateException(
          "this step of the SCRAM exchange needs " + expected + ", it is " + state);
    }
    state = next;
  }

  private static ScramException refused(String message) {
    return new ScramException(AuthFailure.of(Sqlstate.INVALID_AUTHORIZATION, message));
  }

  private static String printable(String text) {
    String cut = text.length() > 100 ? text.substring(0, 100) : text;
    return cut.replaceAll("[^ -~]", "?");
  }

  private static final class ServerFirst {
    private final String text;
    private final String nonce;
    private final byte[] salt;
    private final int iterations;

    private ServerFirst(String text, String nonce, byte[] salt, int iterations) {
      this.text = text;
      this.nonce = nonce;
      this.salt = salt;
      this.iterations = iterations;
    }
  }
}
