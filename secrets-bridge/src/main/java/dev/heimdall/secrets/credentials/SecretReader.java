package dev.heimdall.secrets.credentials;

import java.util.Optional;

/** Reads a secret; waits for the network. */
interface SecretReader {
  /** Name of the secret. */
  String name();

  /**
   * @return its {@link DatabaseLogin#version} is that of the secret; empty when there is no such
   *     version, which cannot be for the current one
   */
  Optional<DatabaseLogin> read(Stage stage) throws CredentialsException;
}
