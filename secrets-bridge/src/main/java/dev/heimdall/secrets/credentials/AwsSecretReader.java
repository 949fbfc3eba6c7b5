package dev.heimdall.secrets.credentials;

import dev.heimdall.routing.sdk.AwsError;
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
  private static final Set<String> WRONG = Set.of("InvalidRequestException", "DecryptionFailure");

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
      throw trouble(CredentialsException.Kind.AWAY, AwsError.line(e.getMessage()), e);
    }
    return Optional.of(text.login(said.secretString(), said.versionId()));
  }

  private CredentialsException said(AwsServiceException thrown) {
    AwsError said = AwsError.of(thrown);
    return switch (said.kind()) {
      case THROTTLED -> trouble(CredentialsException.Kind.AWAY, "it is asked too much", thrown);
      case DENIED, NOT_BELIEVED ->
          trouble(
              CredentialsException.Kind.WRONG,
              "the node's role is not allowed to; it needs "
                  + (said.aboutKey()
                      ? "kms:Decrypt for the secret's key"
                      : ACTION + " for this secret"),
              thrown);
      default ->
          trouble(
              WRONG.contains(said.code())
                  ? CredentialsException.Kind.WRONG
                  : CredentialsException.Kind.AWAY,
              said.text().isEmpty() ? "it answered with HTTP " + said.status() : said.text(),
              thrown);
    };
  }

  private CredentialsException trouble(
      CredentialsException.Kind kind, String what, SdkException cause) {
    String code = AwsError.of(cause).code();
    return new CredentialsException(
        kind,
        "Secrets Manager in "
            + region
            + " does not give the secret \""
            + name
            + "\" ("
            + ACTION
            + (code.isEmpty() ? "" : ", " + code)
            + "): "
            + what);
  }
}
