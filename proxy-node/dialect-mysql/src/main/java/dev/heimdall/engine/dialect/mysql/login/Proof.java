package dev.heimdall.engine.dialect.mysql.login;

import dev.heimdall.engine.auth.NativePassword;
import dev.heimdall.engine.auth.PasswordProof;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.auth.Sha2Password;
import dev.heimdall.engine.client.LogInHost;

/**
 * Proof that a client has computed from its password and a challenge.
 *
 * @param response empty where it has no password, or has not answered yet
 * @param atServer whether servers take the key that a proof by the older method reveals
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never handed on
record Proof(Method method, byte[] challenge, byte[] response, boolean atServer)
    implements PasswordProof {
  private static final int CHALLENGE = 20;

  /** Accepts an empty password as the single zero byte that would end it. */
  Proof {
    response = response.length == 1 && response[0] == 0 ? new byte[0] : response;
  }

  /** One that a client is to be asked for. */
  static Proof wanted(Method method, boolean atServer, LogInHost login) {
    byte[] challenge = login.random(CHALLENGE);
    for (int i = 0; i < challenge.length; i++) {
      challenge[i] &= 0x7F;
      if (challenge[i] == 0 || challenge[i] == '$') {
        challenge[i]++; // they end challenges, and salts
      }
    }
    return new Proof(method, challenge, new byte[0], atServer);
  }

  Proof answered(byte[] answer) {
    return by(method, answer);
  }

  /** The client's answer by its own method to the same challenge. */
  Proof by(Method own, byte[] answer) {
    return new Proof(own, challenge, answer, atServer);
  }

  boolean isEmpty() {
    return response.length == 0;
  }

  /** True if the client waits for another word when the proof is enough. */
  boolean awaitsWord() {
    return method == Method.SHA2 && !isEmpty();
  }

  @Override
  public boolean isOf(byte[] password) {
    return method == Method.NATIVE
        ? NativePassword.matches(password, challenge, response)
        : Sha2Password.matches(password, challenge, response);
  }

  /**
   * Servers judge proofs by SHA-256 by what they have in a cache, and ask for the password
   * otherwise. So they do when the proof is wrong, and there are drivers whose proofs always are
   * (sqlx).
   */
  @Override
  public boolean decides() {
    return method != Method.SHA2;
  }

  @Override
  public boolean judges(String hash) {
    return method == Method.NATIVE && NativePassword.isHash(hash);
  }

  @Override
  public boolean isOfHash(String hash) {
    return NativePassword.matchesHash(hash, challenge, response);
  }

  @Override
  public boolean opensServers() {
    return atServer && method == Method.NATIVE;
  }

  @Override
  public ServerCredential atServer(String user, String hash) {
    return ServerCredential.nativeKey(user, NativePassword.key(hash, challenge, response));
  }

  @Override
  public String toString() {
    return "Proof[" + method + ", ***]";
  }
}
