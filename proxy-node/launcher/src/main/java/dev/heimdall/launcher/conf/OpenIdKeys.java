package dev.heimdall.launcher.conf;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of a provider of OpenID Connect, by a machine's file or by options of a command.
 *
 * @param manager where browsers reach the manager
 * @param issuer the provider
 * @param client the id of the client that the manager is to it
 * @param secret the name or ARN of the secret that holds that client's secret
 * @param secretFile the file whose first line it is
 * @param scopes with blanks between them
 * @param name the claim that people are called by
 * @param roles the claim that says what they may do
 * @param admins values of that claim, with commas between them
 * @param auditors the same
 * @param readers the same
 * @param words what the provider is called
 */
public record OpenIdKeys(
    Optional<String> manager,
    Optional<String> issuer,
    Optional<String> client,
    Optional<String> secret,
    Optional<Path> secretFile,
    Optional<String> scopes,
    Optional<String> name,
    Optional<String> roles,
    Optional<String> admins,
    Optional<String> auditors,
    Optional<String> readers,
    Optional<String> words) {
  /** Nothing is said. */
  public static OpenIdKeys none() {
    return new OpenIdKeys(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns these settings, and otherwise the other ones; the client's secret is taken whole. */
  public OpenIdKeys or(OpenIdKeys other) {
    boolean own = secret.isPresent() || secretFile.isPresent();
    return new OpenIdKeys(
        manager.or(other::manager),
        issuer.or(other::issuer),
        client.or(other::client),
        own ? secret : other.secret(),
        own ? secretFile : other.secretFile(),
        scopes.or(other::scopes),
        name.or(other::name),
        roles.or(other::roles),
        admins.or(other::admins),
        auditors.or(other::auditors),
        readers.or(other::readers),
        words.or(other::words));
  }
}
