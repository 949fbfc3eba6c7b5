package dev.heimdall.secrets.credentials;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/** Reads a secret of Secrets Manager. */
final class AwsSecretReader implements SecretReader {
  private static final String ACTION = "secretsmanager:GetSecretValue";
  private static final Set<String> DENIALS =
      Set.of(
          "AccessDeniedException",
          "UnrecognizedClientException",
          "InvalidClientTokenId",
          "InvalidSignatureException",
          "MissingAuthenticationTokenException",
          "OptInRequired");

  private final SecretsManagerClient client;
  private final String region;
  private final String name;
  private final SecretText text;

  AwsSecretReader(SecretsManagerClient client, String region, String name) {
    this.client = client;
    this.region = region;
    this.name = name;
    this.text = new SecretText(name);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<DatabaseLogin> read(Stage stage) throws CredentialsException {
    GetSecretValueResponse said;
    try {
      said =
          client.getSecretValue(request -> request.secretId(name).versionStage(stage.toString()));
    } catch (ResourceNotFoundException e) {
      if (stage == Stage.AWSPREVIOUS) {
        return Optional.empty();
      }
      throw trouble(CredentialsException.Kind.WRONG, "there is none of that name", e);
    } catch (AwsServiceException e) {
      throw said(e);
    } catch (SdkException e) {
      throw trouble(CredentialsException.Kind.AWAY, line(e.getMessage()), e);
    }
    return Optional.of(text.login(said.secretString(), said.versionId()));
  }

  private CredentialsException said(AwsServiceException e) {
    String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
    String message = e.awsErrorDetails() == null ? "" : line(e.awsErrorDetails().errorMessage());
    if (e.isThrottlingException()) {
      return trouble(CredentialsException.Kind.AWAY, "it is asked too much", e);
    }
    if (DENIALS.contains(code) || e.statusCode() == 401 || e.statusCode() == 403) {
      boolean key = message.toLowerCase(Locale.ROOT).contains("kms");
      return trouble(
          CredentialsException.Kind.WRONG,
          "the node's role is not allowed to; it needs "
              + (key ? "kms:Decrypt for the secret's key" : ACTION + " for this secret"),
          e);
    }
    if ("InvalidRequestException".equals(code) || "DecryptionFailure".equals(code)) {
      return trouble(CredentialsException.Kind.WRONG, message, e);
    }
    return trouble(
        CredentialsException.Kind.AWAY,
        message.isEmpty() ? "it answered with HTTP " + e.statusCode() : message,
        e);
  }

  private CredentialsException trouble(
      CredentialsException.Kind kind, String what, SdkException cause) {
    String code =
        cause instanceof AwsServiceException said && said.awsErrorDetails() != null
            ? said.awsErrorDetails().errorCode()
            : "";
    return new CredentialsException(
        kind,
        "Secrets Manager in "
            + region
            + " does not give the secret \""
            + name
            + "\" ("
            + ACTION
            + (code == null || code.isEmpty() ? "" : ", " + code)
            + "): "
            + what);
  }

  private static String line(String message) {
    return String.valueOf(message).lines().findFirst().orElse("");
  }
}
