package dev.heimdall.engine.auth;

import dev.heimdall.engine.wire.Sqlstate;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads one SCRAM message, attribute by attribute, left to right. Bytes are taken as Latin-1
 * characters, one to one: what is signed must be the very bytes that came, whatever their encoding.
 */
final class ScramSyntax {

  static final int MAX_MESSAGE = 2048;
  static final int MAX_NONCE = 256;
  static final int MAX_SALT = 256;
  static final int MAX_ITERATIONS = 1_000_000;

  private final String text;
  private int at;

  private ScramSyntax(String text) {
    this.text = text;
  }

  /**
   * @param message as it came; null where the peer sent none
   * @param name for the error, for instance {@code client-first-message}
   */
  static ScramSyntax of(byte[] message, String name) throws ScramException {
    if (message == null || message.length == 0) {
      throw ScramException.malformed("The " + name + " is empty.");
    }
    if (message.length > MAX_MESSAGE) {
      throw ScramException.malformed(
          "The " + name + " has " + message.length + " bytes; at most 2048 are allowed.");
    }
    for (byte b : message) {
      if (b == 0) {
        throw ScramException.malformed("The " + name + " holds a zero byte.");
      }
    }
    return new ScramSyntax(new String(message, StandardCharsets.ISO_8859_1));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  String text() {
    return text;
  }

  /** Start position of the next attribute. */
  int position() {
    return at;
  }

  boolean atEnd() {
    return at > text.length() || (at == text.length() && at > 0 && text.charAt(at - 1) != ',');
  }

  /** The text up to the next comma, which is passed over. */
  String field() throws ScramException {
    if (atEnd()) {
      throw ScramException.malformed("The message ends too early.");
    }
    int comma = text.indexOf(',', at);
    int end = comma < 0 ? text.length() : comma;
    String field = text.substring(at, end);
    at = comma < 0 ? text.length() + 1 : comma + 1;
    return field;
  }

  /** The value of the next attribute, which must be the one named. */
  String attribute(char name) throws ScramException {
    String field = field();
    requireAttribute(field);
    if (field.charAt(0) != name) {
      throw ScramException.malformed(
          "Expected attribute \"" + name + "\" but found \"" + field.charAt(0) + "\".");
    }
    return field.substring(2);
  }

  /** Passes over one optional extension; one that must be understood is refused. */
  void skipExtension() throws ScramException {
    String field = field();
    requireAttribute(field);
    if (field.charAt(0) == 'm') {
      throw mandatoryExtension("peer");
    }
  }

  /** The name of the next attribute, 0 at the end. */
  char peek() {
    return atEnd() || at >= text.length() ? 0 : text.charAt(at);
  }

  void requireEnd() throws ScramException {
    if (!atEnd()) {
      throw ScramException.malformed("Something follows where the message should end.");
    }
  }

  static ScramException mandatoryExtension(String peer) {
    return new ScramException(
        AuthFailure.of(
            Sqlstate.FEATURE_NOT_SUPPORTED, peer + " requires an unsupported SCRAM extension"));
  }

  private static void requireAttribute(String field) throws ScramException {
    boolean letter =
        !field.isEmpty()
            && ((field.charAt(0) >= 'a' && field.charAt(0) <= 'z')
                || (field.charAt(0) >= 'A' && field.charAt(0) <= 'Z'));
    if (!letter || field.length() < 2 || field.charAt(1) != '=') {
      throw ScramException.malformed("Expected an attribute: one letter, \"=\" and a value.");
    }
  }

  /** The nonce itself, when it is 1 to {@code limit} printable characters. */
  static String requireNonce(String nonce, int limit) throws ScramException {
    if (nonce.isEmpty() || nonce.length() > limit) {
      throw ScramException.malformed(
          "The nonce has " + nonce.length() + " characters; 1 to " + limit + " are allowed.");
    }
    for (int i = 0; i < nonce.length(); i++) {
      char c = nonce.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == ',') {
        throw ScramException.malformed("The nonce holds a character that is not printable ASCII.");
      }
    }
    return nonce;
  }

  /** Padded base64 in its only canonical spelling; null for anything else. */
  static byte[] base64(String value) {
    try {
      byte[] decoded = Base64.getDecoder().decode(value);
      return Arrays.equals(Base64.getEncoder().encode(decoded), bytes(value)) ? decoded : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  static byte[] requireBase64(String value, String what) throws ScramException {
    byte[] decoded = base64(value);
    if (decoded == null) {
      throw ScramException.malformed("The " + what + " is not valid base64.");
    }
    return decoded;
  }

  /**
   * A decimal number without sign or leading zero, 1 to {@link #MAX_ITERATIONS}; 0 for anything
   * else.
   */
  static int iterations(String value) {
    boolean digits = value.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || value.isEmpty() || value.length() > 7 || value.charAt(0) == '0') {
      return 0;
    }
    int count = Integer.parseInt(value);
    return count <= MAX_ITERATIONS ? count : 0;
  }
}
