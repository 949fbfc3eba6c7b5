package dev.heimdall.launcher.deployment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.routing.AccountNetwork;
import dev.heimdall.routing.AccountReader;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.NetworkReader;
import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.call.SignedCalls;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Facts that AWS reports about an account. Where it limits how often it is asked, it is asked again
 * after a while. What cannot be found out is reported once, with the permission that is missing,
 * and is then not known. Reads no secret's value, and changes nothing but to make a secret.
 */
public final class Account {
  private static final String DESCRIBE_SECRET = "secretsmanager:DescribeSecret";
  private static final String CREATE_SECRET = "secretsmanager:CreateSecret";
  private static final int ATTEMPTS = 4;
  private static final long FIRST_PAUSE_MILLIS = 500;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AwsAccess access;
  private final Consumer<String> told;
  private final Set<String> said = new HashSet<>();
  private boolean known = true;

  /**
   * Sends no request yet.
   *
   * @param access to any region
   * @param told hears what cannot be found out
   */
  public Account(AwsAccess access, Consumer<String> told) {
    this.access = access;
    this.told = told;
  }

  /** Facts about a secret, without what it holds. */
  record SecretFacts(boolean exists, Optional<String> key) {}

  /** Asks one time, and says what kept it from finding out. */
  private interface Asking<T> {
    T ask(Collection<AwsTrouble> troubles);
  }

  /** True if there is anybody in whose name it can be asked. */
  boolean known() {
    return known;
  }

  /** Databases of a region, and global clusters. */
  AccountReader.Reading databases(String region) {
    try (AccountReader reader = new AccountReader(access.in(region))) {
      return patiently(
          region,
          new AccountReader.Reading(List.of(), List.of(), List.of()),
          troubles -> {
            AccountReader.Reading reading = reader.read();
            troubles.addAll(reading.troubles());
            return reading;
          });
    }
  }

  Optional<AccountNetwork> network(String region, String vpc) {
    try (NetworkReader reader = new NetworkReader(access.in(region))) {
      return patiently(region, Optional.empty(), troubles -> reader.read(vpc, troubles));
    }
  }

  /** The addresses of all networks of a region, as far as that was told. */
  List<String> addresses(String region) {
    try (NetworkReader reader = new NetworkReader(access.in(region))) {
      return patiently(region, List.of(), reader::allAddresses);
    }
  }

  /** The peering connections of a network. */
  List<AccountNetwork.Peering> peerings(String region, String vpc) {
    try (NetworkReader reader = new NetworkReader(access.in(region))) {
      return patiently(region, List.of(), troubles -> reader.peerings(vpc, troubles));
    }
  }

  List<AccountNetwork.Group> groups(String region, Collection<String> ids) {
    try (NetworkReader reader = new NetworkReader(access.in(region))) {
      return patiently(region, List.of(), troubles -> reader.groups(ids, troubles));
    }
  }

  /**
   * Makes a secret, or copies of one, in all regions that lack it.
   *
   * @return whether AWS has; else what it said was reported
   */
  boolean make(MissingSecret secret, String password) {
    return patiently(secret.in().get(0), false, troubles -> made(secret, password, troubles));
  }

  private boolean made(MissingSecret secret, String password, Collection<AwsTrouble> troubles) {
    ObjectNode asked =
        JSON.createObjectNode()
            .put("Name", secret.name())
            .put("ClientRequestToken", UUID.randomUUID().toString())
            .put(
                "SecretString",
                JSON.createObjectNode()
                    .put("username", secret.user())
                    .put("password", password)
                    .toString());
    if (!secret.copies().isEmpty()) {
      ArrayNode copies = asked.putArray("AddReplicaRegions");
      secret.copies().forEach(region -> copies.addObject().put("Region", region));
    }
    try (SignedCalls calls = calls(secret.in().get(0))) {
      calls.ask(
          AwsQuestion.json(
              AwsService.SECRETS_MANAGER,
              "secretsmanager.CreateSecret",
              CREATE_SECRET,
              asked.toString()));
      return true;
    } catch (AwsCallException e) {
      troubles.add(AwsTrouble.of(CREATE_SECRET, e));
      return false;
    }
  }

  private SignedCalls calls(String region) {
    Map<String, String> environment =
        access.endpoint().map(uri -> Map.of("AWS_ENDPOINT_URL", uri.toString())).orElse(Map.of());
    return new SignedCalls(region, environment, access.credentials(), access.patience());
  }

  /** Empty: unknown. */
  Optional<SecretFacts> secret(String region, String name) {
    return patiently(region, Optional.empty(), troubles -> describe(region, name, troubles));
  }

  private Optional<SecretFacts> describe(
      String region, String name, Collection<AwsTrouble> troubles) {
    try (SignedCalls calls = calls(region)) {
      JsonNode answer =
          JSON.readTree(
              calls.ask(
                  AwsQuestion.json(
                      AwsService.SECRETS_MANAGER,
                      "secretsmanager.DescribeSecret",
                      DESCRIBE_SECRET,
                      JSON.createObjectNode().put("SecretId", name).toString())));
      return Optional.of(
          new SecretFacts(true, Optional.ofNullable(answer.path("KmsKeyId").textValue())));
    } catch (AwsCallException e) {
      if (e.code().equals("ResourceNotFoundException")) {
        return Optional.of(new SecretFacts(false, Optional.empty()));
      }
      troubles.add(AwsTrouble.of(DESCRIBE_SECRET, e));
      return Optional.empty();
    } catch (JsonProcessingException e) {
      troubles.add(
          new AwsTrouble(AwsTrouble.Kind.FAILED, DESCRIBE_SECRET, "the answer is no JSON"));
      return Optional.empty();
    }
  }

  private <T> T patiently(String region, T unknown, Asking<T> asking) {
    if (!known) {
      return unknown;
    }
    for (int attempt = 1; ; attempt++) {
      List<AwsTrouble> troubles = new ArrayList<>();
      T answer = asking.ask(troubles);
      boolean throttled =
          troubles.stream().anyMatch(one -> one.kind() == AwsTrouble.Kind.THROTTLED);
      if (!throttled || attempt == ATTEMPTS || !paused(FIRST_PAUSE_MILLIS << attempt - 1)) {
        troubles.forEach(trouble -> tell(region, trouble));
        return answer;
      }
    }
  }

  private static boolean paused(long millis) {
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void tell(String region, AwsTrouble trouble) {
    Function<String, String> line =
        what -> "! %s: %s (%s)".formatted(region, what, trouble.message());
    String text =
        switch (trouble.kind()) {
          case NO_CREDENTIALS -> {
            known = false;
            yield "! there are no AWS credentials, so nothing is read of the account; AWS_PROFILE or"
                + " aws login gives some";
          }
          case DENIED ->
              line.apply(
                  "the permission %s on the resource * is missing".formatted(trouble.action()));
          case THROTTLED ->
              line.apply(
                  "%s is asked too often in this account, %d times here"
                      .formatted(trouble.action(), ATTEMPTS));
          case FAILED -> line.apply(trouble.action() + " failed");
        };
    if (said.add(region + trouble.kind() + trouble.action())) {
      told.accept(text);
    }
  }
}
