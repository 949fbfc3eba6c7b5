package dev.heimdall.engine.auth;

import java.net.InetAddress;
import java.security.cert.X509Certificate;

/**
 * Facts known about a client before it proves anything.
 *
 * @param tls whether the connection is encrypted
 * @param hidesPasswords whether its protocol protects passwords from eavesdroppers, also without
 *     TLS
 * @param address where it comes from; behind the PROXY protocol the address told there
 * @param database the name in the start-up packet, the user's where there was none
 * @param user the name in the start-up packet
 * @param certificate the client's, already verified against the configured authorities; null where
 *     it presented none
 */
public record LogInRequest(
    boolean tls,
    boolean hidesPasswords,
    InetAddress address,
    String database,
    String user,
    X509Certificate certificate) {
  /** Of a protocol that sends passwords as they are. */
  public LogInRequest(
      boolean tls, InetAddress address, String database, String user, X509Certificate certificate) {
    this(tls, false, address, database, user, certificate);
  }
}
