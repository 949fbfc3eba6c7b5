package dev.heimdall.manager.login;

import dev.heimdall.secrets.PasswordSecret;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;

/** A password in a secret of Secrets Manager. */
final class SecretPassword implements PasswordSource {
  private final PasswordSecret secret;

  private SecretPassword(PasswordSecret secret) {
    this.secret = secret;
  }

  static SecretPassword open(StoreLocation.Secret location) throws PasswordException {
    try {
      return new SecretPassword(PasswordSecret.open(location));
    } catch (StoreException e) {
      throw new PasswordException(e.getMessage(), e);
    }
  }

  @Override
  public String read() throws PasswordException {
    try {
      return secret.read();
    } catch (StoreException e) {
      throw new PasswordException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    secret.close();
  }
}
