package dev.heimdall.launcher.conf;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of the manager, by a machine's file or by options of a command.
 *
 * @param address where it listens, if not on loopback
 * @param port there, if it is not the usual one
 * @param secret the name or ARN of the secret that holds its password
 * @param passwordFile the file whose first line its password is
 * @param certificate what it shows in TLS, in PEM
 * @param key that certificate's, in PEM
 * @param store where what is its own is kept, if not beside the configuration
 * @param trustedProxies networks of proxies that are believed, with commas between them
 * @param ldapFile the document that says which directory knows people besides
 * @param openId with which provider people log in besides
 */
public record ManagerKeys(
    Optional<String> address,
    Optional<Integer> port,
    Optional<String> secret,
    Optional<Path> passwordFile,
    Optional<Path> certificate,
    Optional<Path> key,
    Optional<String> store,
    Optional<String> trustedProxies,
    Optional<Path> ldapFile,
    OpenIdKeys openId) {
  /** Nothing is said. */
  public static ManagerKeys none() {
    return new ManagerKeys(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OpenIdKeys.none());
  }

  /** Returns these settings, and otherwise the other ones; a password and TLS are taken whole. */
  public ManagerKeys or(ManagerKeys other) {
    boolean password = secret.isPresent() || passwordFile.isPresent();
    boolean tls = certificate.isPresent();
    return new ManagerKeys(
        address.or(other::address),
        port.or(other::port),
        password ? secret : other.secret(),
        password ? passwordFile : other.passwordFile(),
        tls ? certificate : other.certificate(),
        tls ? key : other.key(),
        store.or(other::store),
        trustedProxies.or(other::trustedProxies),
        ldapFile.or(other::ldapFile),
        openId.or(other.openId()));
  }
}
