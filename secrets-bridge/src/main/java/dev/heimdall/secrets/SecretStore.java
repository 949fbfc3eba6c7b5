package dev.heimdall.secrets;

import dev.heimdall.routing.sdk.AwsTimeouts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/**
 * All documents in one secret. Secrets Manager has no condition on writing, but moves the label
 * AWSCURRENT only from the version that it is told to move it from: of two writers one succeeds.
 */
final class SecretStore implements DocumentStore {
  private static final String CURRENT = "AWSCURRENT";
  private static final String NONE = "none";
  private static final int ATTEMPTS = 5;

  private final StoreLocation.Secret location;
  private final AwsCalls calls;
  private final SecretsManagerClient client;
  private final SecretForm form;

  private SecretStore(
      StoreLocation.Secret location, AwsCalls calls, SecretsManagerClient client, SecretForm form) {
    this.location = location;
    this.calls = calls;
    this.client = client;
    this.form = form;
  }

  static SecretStore open(
      StoreLocation.Secret location, AwsCredentialsProvider credentials, AwsTimeouts patience)
      throws StoreException {
    AwsCalls calls = new AwsCalls(location, location.place(), credentials, patience);
    return new SecretStore(
        location,
        calls,
        calls.client(SecretsManagerClient.builder()),
        new SecretForm(location, calls));
  }

  @Override
  public StoreLocation location() {
    return location;
  }

  @Override
  public Documents read() throws StoreException {
    return decoded(fetch());
  }

  /** The whole secret, as to describe it would take another permission. */
  @Override
  public Optional<Documents> readIfChanged(Documents known) throws StoreException {
    Optional<GetSecretValueResponse> value = fetch();
    String version = value.map(GetSecretValueResponse::versionId).orElse(NONE);
    return version.equals(known.version()) ? Optional.empty() : Optional.of(decoded(value));
  }

  private Optional<GetSecretValueResponse> fetch() throws StoreException {
    return call(
        "read",
        "GetSecretValue",
        () -> {
          try {
            return Optional.of(
                client.getSecretValue(r -> r.secretId(location.id()).versionStage(CURRENT)));
          } catch (ResourceNotFoundException e) {
            return Optional.empty();
          }
        });
  }

  private Documents decoded(Optional<GetSecretValueResponse> value) throws StoreException {
    if (value.isEmpty()) {
      return Documents.hashed(Map.of(), NONE);
    }
    SortedMap<String, Content> contents = form.decode(value.get().secretString());
    new Limits(location).check(contents);
    return Documents.hashed(contents, value.get().versionId());
  }

  private Optional<DescribeSecretResponse> describe() throws StoreException {
    return call(
        "read",
        "DescribeSecret",
        () -> {
          try {
            return Optional.of(client.describeSecret(r -> r.secretId(location.id())));
          } catch (ResourceNotFoundException e) {
            return Optional.empty();
          }
        });
  }

  private static String current(DescribeSecretResponse secret) {
    return secret.versionIdsToStages().entrySet().stream()
        .filter(version -> version.getValue().contains(CURRENT))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(NONE);
  }

  @Override
  public Documents write(List<Change> changes) throws StoreException {
    for (int i = 0; i < ATTEMPTS; i++) {
      Documents now = read();
      new Edits(location).check(changes, now);
      SortedMap<String, Content> next = now.after(changes);
      String text = form.encode(next);
      boolean there = !now.version().equals(NONE) || describe().isPresent();
      Optional<String> version = there ? put(text, now.version()) : create(text);
      if (version.isPresent()) {
        return Documents.hashed(next, version.get());
      }
      // Another writer was faster: whether he has changed the same documents is still to be seen.
    }
    throw calls.failed(
        StoreException.Kind.CONFLICT, "written", "others write to it all the time", null);
  }

  /** The new version; empty when another writer was faster. */
  private Optional<String> create(String text) throws StoreException {
    return call(
        "written",
        "CreateSecret",
        () -> {
          try {
            return Optional.of(
                client
                    .createSecret(
                        r ->
                            r.name(location.id())
                                .description("The configuration of Heimdall")
                                .secretString(text))
                    .versionId());
          } catch (AwsServiceException e) {
            if (AwsCalls.code(e).equals("ResourceExistsException")) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  /** A hidden version becomes the current one, if that still is the one that was read. */
  private Optional<String> put(String text, String over) throws StoreException {
    String label = "heimdall-" + UUID.randomUUID();
    String version =
        call(
            "written",
            "PutSecretValue",
            () ->
                client
                    .putSecretValue(
                        r -> r.secretId(location.id()).secretString(text).versionStages(label))
                    .versionId());
    boolean moved =
        call(
            "written",
            "UpdateSecretVersionStage",
            () -> {
              try {
                client.updateSecretVersionStage(
                    r ->
                        r.secretId(location.id())
                            .versionStage(CURRENT)
                            .moveToVersionId(version)
                            .removeFromVersionId(over.equals(NONE) ? null : over));
                return true;
              } catch (AwsServiceException e) {
                if (AwsCalls.code(e).equals("InvalidParameterException")) {
                  return false;
                }
                throw e;
              }
            });
    // The answer to a first attempt may have been lost, and we ourselves were faster.
    boolean ours = moved || describe().map(SecretStore::current).orElse(NONE).equals(version);
    // A version without labels is deleted by and by.
    call(
        "written",
        "UpdateSecretVersionStage",
        () ->
            client.updateSecretVersionStage(
                r -> r.secretId(location.id()).versionStage(label).removeFromVersionId(version)));
    return ours ? Optional.of(version) : Optional.empty();
  }

  private <T> T call(String done, String action, Supplier<T> call) throws StoreException {
    return calls.call(done, "secretsmanager:" + action, "the secret " + location.id(), call);
  }

  @Override
  public void close() {
    client.close();
    form.close();
  }
}
