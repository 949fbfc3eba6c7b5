package dev.heimdall.engine.auth;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Keys that a client proved, sufficient to log in to a server that has the same verifier. The
 * client key is as good as the password there: it is never printed. Equal keys are equal values, so
 * a pool may be told apart by them.
 *
 * @param clientKey 32 bytes
 * @param serverKey 32 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
public record ScramKeys(byte[] clientKey, byte[] serverKey) {

  public ScramKeys {
    if (clientKey.length != ScramArithmetic.KEY_LENGTH
        || serverKey.length != ScramArithmetic.KEY_LENGTH) {
      throw new IllegalArgumentException(
          "SCRAM-SHA-256 keys are 32 bytes each, got "
              + clientKey.length
              + " and "
              + serverKey.length);
    }
    clientKey = clientKey.clone();
    serverKey = serverKey.clone();
  }

  @Override
  public byte[] clientKey() {
    return clientKey.clone();
  }

  @Override
  public byte[] serverKey() {
    return serverKey.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScramKeys that
        && MessageDigest.isEqual(clientKey, that.clientKey)
        && MessageDigest.isEqual(serverKey, that.serverKey);
  }

  @Override
  public int hashCode() {
    // The server key is derived by a one-way function, so its hash tells nothing about the
    // client's.
    return Arrays.hashCode(serverKey);
  }

  @Override
  public String toString() {
    return "ScramKeys[***]";
  }
}
