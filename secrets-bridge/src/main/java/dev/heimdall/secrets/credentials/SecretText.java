package dev.heimdall.secrets.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * Content of a secret: an object with {@code username} and {@code password}, as RDS writes it and
 * the functions that rotate secrets do, which have more keys beside them.
 */
final class SecretText {
  private final ObjectMapper mapper = new ObjectMapper();
  private final String secret;

  /**
   * @param secret what it is called, for messages
   */
  SecretText(String secret) {
    this.secret = secret;
  }

  /**
   * @param text null for a secret that is not text
   */
  DatabaseLogin login(String text, String version) throws CredentialsException {
    if (text == null) {
      throw wrong("is binary");
    }
    JsonNode root;
    try {
      root = mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw wrong("is no JSON"); // what exactly is wrong would tell of its content
    }
    if (root == null || !root.isObject()) {
      throw wrong("is no JSON object");
    }
    return new DatabaseLogin(
        member(root, "username"), Optional.of(member(root, "password")), version);
  }

  private String member(JsonNode root, String key) throws CredentialsException {
    JsonNode value = root.get(key);
    if (value == null) {
      throw wrong("has no \"" + key + "\"");
    }
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw wrong("has a \"" + key + "\" that is no text, or an empty one");
    }
    return value.textValue();
  }

  private CredentialsException wrong(String what) {
    return new CredentialsException(
        CredentialsException.Kind.WRONG,
        "the secret \""
            + secret
            + "\" cannot be used: it "
            + what
            + ". It has to be an object with \"username\" and \"password\"");
  }
}
