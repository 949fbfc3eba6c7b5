package dev.heimdall.secrets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * A secret of Secrets Manager that holds one password: as its text, or as {@code password} of a
 * JSON object, which may have more keys.
 */
public final class PasswordSecret implements AutoCloseable {
  private static final String KEY = "password";

  private final StoreLocation.Secret location;
  private final AwsCalls calls;
  private final SecretsManagerClient client;

  private PasswordSecret(
      StoreLocation.Secret location, AwsCalls calls, SecretsManagerClient client) {
    this.location = location;
    this.calls = calls;
    this.client = client;
  }

  /** With the machine's own AWS credentials. No request is sent yet. */
  public static PasswordSecret open(StoreLocation.Secret location) throws StoreException {
    return open(location, DefaultCredentialsProvider.builder().build());
  }

  static PasswordSecret open(StoreLocation.Secret location, AwsCredentialsProvider credentials)
      throws StoreException {
    AwsCalls calls = new AwsCalls(location, location.place(), credentials);
    return new PasswordSecret(location, calls, calls.client(SecretsManagerClient.builder()));
  }

  /** The password as it is now; waits for AWS, some seconds at most. */
  public String read() throws StoreException {
    return password(
        calls.call(
            "read",
            "secretsmanager:GetSecretValue",
            "the secret " + location.id(),
            () -> client.getSecretValue(r -> r.secretId(location.id())).secretString()));
  }

  private String password(String text) throws StoreException {
    if (text == null) {
      throw wrong("it is binary");
    }
    if (!text.stripLeading().startsWith("{")) {
      String plain = text.strip();
      if (plain.isEmpty()) {
        throw wrong("it is empty");
      }
      return plain;
    }
    try {
      JsonNode value = Bundle.JSON.readTree(text).path(KEY);
      if (!value.isTextual() || value.textValue().isEmpty()) {
        throw wrong("it is an object without a text \"" + KEY + "\"");
      }
      return value.textValue();
    } catch (JsonProcessingException e) {
      // What the parser says quotes what it has read.
      throw wrong("it begins with { and is no JSON");
    }
  }

  private StoreException wrong(String what) {
    return new StoreException(
        StoreException.Kind.CORRUPT,
        "%s holds no password: %s. It has to be the password itself, or an object with \"%s\"."
            .formatted(location, what, KEY));
  }

  @Override
  public void close() {
    client.close();
  }
}
