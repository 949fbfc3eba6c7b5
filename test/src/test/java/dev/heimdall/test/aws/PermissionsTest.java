package dev.heimdall.test.aws;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import dev.heimdall.test.architecture.Product;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the policies of {@code templates/iam} against the calls that compiled code makes: each call
 * needs its action, and each action its call. The policies are made from {@code
 * dev.heimdall.cdk.iam.Component}: an action goes there.
 */
@Tag("ci")
class PermissionsTest {
  private static final JavaClasses PRODUCT = Product.CLASSES;

  private static final Map<String, Set<JavaClass>> REACHED = new ConcurrentHashMap<>();

  private static final Pattern CLIENT =
      Pattern.compile("software\\.amazon\\.awssdk\\.services\\.([a-z0-9]+)\\.\\w*Client");
  private static final Pattern SCRIPTED = Pattern.compile("\\baws (?!s3 )([a-z0-9]+) ([a-z-]+)");
  private static final Set<String> NO_CALLS =
      Set.of("builder", "create", "close", "serviceName", "serviceClientConfiguration");

  /** How the SDK's packages are called in actions, where they are called otherwise. */
  private static final Map<String, String> SERVICES = Map.of("cloudwatchlogs", "logs");

  /** Calls whose action is called otherwise, and calls that the SDK does not know of. */
  private static final Map<String, String> ACTIONS =
      Map.ofEntries(
          entry("s3:GetObjectAsBytes", "s3:GetObject"),
          entry("s3:HeadObject", "s3:GetObject"),
          entry("s3:ListObjectsV2", "s3:ListBucket"),
          entry("dev.heimdall.routing.Ec2Query.machines", "ec2:DescribeInstances"),
          entry("dev.heimdall.routing.Ec2Query.regions", "ec2:DescribeRegions"),
          entry("dev.heimdall.manager.alerts.Topic.question", "sns:Publish"),
          entry(
              "dev.heimdall.routing.instance.SecurityGroups.question",
              "ec2:DescribeSecurityGroups"),
          entry(
              "dev.heimdall.routing.instance.LifecycleHook.membership",
              "autoscaling:DescribeAutoScalingInstances"),
          entry(
              "dev.heimdall.routing.instance.LifecycleHook.heartbeat",
              "autoscaling:RecordLifecycleActionHeartbeat"),
          entry(
              "dev.heimdall.routing.instance.LifecycleHook.complete",
              "autoscaling:CompleteLifecycleAction"),
          entry("dev.heimdall.routing.NetworkReader.addresses", "ec2:DescribeVpcs"),
          entry("dev.heimdall.routing.NetworkReader.allAddresses", "ec2:DescribeVpcs"),
          entry("dev.heimdall.routing.NetworkReader.peerings", "ec2:DescribeVpcPeeringConnections"),
          entry("dev.heimdall.routing.NetworkReader.subnets", "ec2:DescribeSubnets"),
          entry("dev.heimdall.routing.NetworkReader.routeTables", "ec2:DescribeRouteTables"),
          entry("dev.heimdall.routing.NetworkReader.groups", "ec2:DescribeSecurityGroups"),
          entry("dev.heimdall.launcher.deployment.Account.secret", "secretsmanager:DescribeSecret"),
          entry("dev.heimdall.launcher.deployment.Account.make", "secretsmanager:CreateSecret"));

  /** What AWS does with the component's permission, and not the component. */
  private static final Map<String, Set<String>> BY_OTHERS =
      Map.of(
          "node manager editor operator",
          // S3 and Secrets Manager, with the caller's permission; a database, shown a token; mount
          Set.of(
              "kms:Decrypt",
              "kms:GenerateDataKey",
              "rds-db:connect",
              // A secret that is made with copies in other regions
              "secretsmanager:ReplicateSecretToRegions",
              "elasticfilesystem:ClientMount",
              "elasticfilesystem:ClientWrite"),
          "manager",
          Set.of(
              "kms:Decrypt",
              "kms:GenerateDataKey",
              "elasticfilesystem:ClientMount",
              "elasticfilesystem:ClientWrite"),
          "config-sync",
          Set.of(
              "kms:Decrypt",
              "kms:GenerateDataKey",
              // Lambda
              "sqs:SendMessage",
              "logs:CreateLogStream",
              "logs:PutLogEvents",
              "ec2:CreateNetworkInterface",
              "ec2:DescribeNetworkInterfaces",
              "ec2:DescribeSubnets",
              "ec2:DeleteNetworkInterface"));

  /** The function's store can be anything; as it is deployed, it is a bucket. */
  private static final Set<String> OF_OTHER_STORES =
      Set.of(
          "s3:DeleteObject",
          "secretsmanager:CreateSecret",
          "secretsmanager:DescribeSecret",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage");

  @Test
  void theCallsOfTheProductAreSeen() {
    assertThat(called("dev.heimdall.launcher.Heimdall"))
        .contains("rds:DescribeDBClusters", "rds:DescribeDBInstances");
  }

  @ParameterizedTest
  @CsvSource({
    "node manager editor operator, dev.heimdall.launcher.Heimdall",
    "manager, dev.heimdall.manager.ControlPlane dev.heimdall.launcher.inspect.AccountInventory",
    "config-sync, dev.heimdall.configsync.Handler"
  })
  void aComponentMayDoWhatItCalls(String components, String root) throws IOException {
    assumeThat(Stream.of(root.split(" ")).allMatch(PRODUCT::contain)).as(root).isTrue();
    Set<String> called = called(root);
    if (components.equals("config-sync")) {
      called.removeAll(OF_OTHER_STORES);
    }
    if (components.equals("manager")) {
      // Whoever deploys it has made the secret.
      called.remove("secretsmanager:CreateSecret");
    }
    called.addAll(scripted(components));
    assertThat(allowed(components)).containsAll(called);
  }

  @ParameterizedTest
  @CsvSource({
    "node manager editor operator, dev.heimdall.launcher.Heimdall",
    "manager, dev.heimdall.manager.ControlPlane dev.heimdall.launcher.inspect.AccountInventory",
    "config-sync, dev.heimdall.configsync.Handler"
  })
  void nothingIsAllowedThatNobodyCalls(String components, String root) throws IOException {
    assumeThat(Stream.of(root.split(" ")).allMatch(PRODUCT::contain)).as(root).isTrue();
    Set<String> unused = allowed(components);
    unused.removeAll(called(root));
    unused.removeAll(named(root));
    unused.removeAll(scripted(components));
    unused.removeAll(BY_OTHERS.get(components));
    assertThat(unused).isEmpty();
  }

  /** What amazon-cloudwatch-agent calls for files, whose group is there and keeps its days. */
  private static final Set<String> OF_THE_AGENT =
      Set.of("logs:CreateLogStream", "logs:PutLogEvents");

  @ParameterizedTest
  @ValueSource(strings = {"node", "manager"})
  void instancesSendTheirLogsToTheirGroupAndNowhereElse(String component) throws IOException {
    Path file = Path.of("..", "templates", "iam", component + ".json");
    assertThat(new ObjectMapper().readTree(file.toFile()).get("Statement"))
        .filteredOn(statement -> statement.toString().contains("${InstanceLogs}"))
        .singleElement()
        .satisfies(
            statement -> {
              assertThat(statement.get("Action"))
                  .extracting(JsonNode::asText)
                  .containsExactlyInAnyOrderElementsOf(OF_THE_AGENT);
              assertThat(statement.get("Resource"))
                  .extracting(JsonNode::asText)
                  .containsExactly(
                      "arn:${Partition}:logs:${Region}:${Account}:log-group:${InstanceLogs}"
                          + ":log-stream:*");
            });
  }

  /** Their functions are in Python, and name each action where they call it. */
  @ParameterizedTest
  @CsvSource({"peering, ''", "zone-association, ec2:DescribeVpcs"})
  void aCustomResourceMayDoWhatItsFunctionCallsAndNothingElse(String component, String byRoute53)
      throws IOException {
    Path scripts = Path.of("..", "cdk-app/src/main/resources/dev/heimdall/cdk/join");
    String code =
        Files.readString(scripts.resolve("answer.py"))
            + Files.readString(scripts.resolve(component + ".py"));
    Set<String> called =
        Pattern.compile("\\b(?:call|everything)\\(\\s*\"([a-z0-9]+)\",\\s*\"([A-Za-z0-9]+)\"")
            .matcher(code)
            .results()
            .map(call -> call.group(1) + ":" + call.group(2))
            .collect(Collectors.toCollection(TreeSet::new));
    called.addAll(Set.of("logs:CreateLogStream", "logs:PutLogEvents")); // Lambda
    Stream.of(byRoute53).filter(action -> !action.isEmpty()).forEach(called::add);
    assertThat(allowed(component)).isEqualTo(called);
  }

  /** What scripts of an instance call; {@code aws s3} has words of its own. */
  private static Set<String> scripted(String components) throws IOException {
    Set<String> actions = new TreeSet<>();
    boolean node = components.startsWith("node ");
    boolean manager = components.equals("manager");
    if (node || manager) {
      Path boot = Path.of("..", "templates", "instance", "user-data.sh");
      if (Files.readString(boot).contains("dnf install -y -q amazon-cloudwatch-agent")) {
        actions.addAll(OF_THE_AGENT);
      }
      List<String> scripts =
          manager
              ? List.of("user-data.sh", "heimdall-boot")
              : List.of("user-data.sh", "heimdall-boot", "heimdall-watch");
      for (String script : scripts) {
        Path file = Path.of("..", "templates", "instance", script);
        SCRIPTED
            .matcher(Files.readString(file))
            .results()
            .map(call -> call.group(1) + ":" + camel(call.group(2)))
            .forEach(actions::add);
      }
    }
    if (manager) {
      actions.remove("autoscaling:SetInstanceHealth"); // which is said with a lifecycle hook only
    }
    return actions;
  }

  private static String camel(String command) {
    return Arrays.stream(command.split("-"))
        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
        .collect(Collectors.joining());
  }

  private static Set<String> allowed(String components) throws IOException {
    Set<String> actions = new TreeSet<>();
    for (String component : components.split(" ")) {
      Path file = Path.of("..", "templates", "iam", component + ".json");
      for (JsonNode statement : new ObjectMapper().readTree(file.toFile()).get("Statement")) {
        statement.get("Action").forEach(action -> actions.add(action.asText()));
      }
    }
    return actions;
  }

  /** The actions of all calls in the classes that a class leads to. */
  private static Set<String> called(String root) {
    Set<String> actions = new TreeSet<>();
    for (JavaClass from : reached(root)) {
      Stream.concat(
              from.getMethodCallsFromSelf().stream(), from.getMethodReferencesFromSelf().stream())
          .forEach(call -> action(call.getTarget()).ifPresent(actions::add));
    }
    return actions;
  }

  private static Optional<String> action(AccessTarget target) {
    String owner = target.getOwner().getName();
    String known = ACTIONS.get(owner + "." + target.getName());
    Matcher client = CLIENT.matcher(owner);
    if (known != null || !client.matches() || NO_CALLS.contains(target.getName())) {
      return Optional.ofNullable(known);
    }
    String service = SERVICES.getOrDefault(client.group(1), client.group(1));
    String call = target.getName().replaceAll("Paginator$", "");
    String action = service + ":" + Character.toUpperCase(call.charAt(0)) + call.substring(1);
    return Optional.of(ACTIONS.getOrDefault(action, action));
  }

  /**
   * The actions that these classes name: what they ask for without the SDK, and what they tell
   * people is missing.
   */
  private static Set<String> named(String root) throws IOException {
    Pattern name = Pattern.compile("[a-z0-9-]+:[A-Z][A-Za-z]+");
    Set<String> actions = new TreeSet<>();
    for (JavaClass from : reached(root)) {
      try (var in = from.getSource().orElseThrow().getUri().toURL().openStream()) {
        Matcher matcher = name.matcher(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
          actions.add(matcher.group());
        }
      }
    }
    return actions;
  }

  private static Set<JavaClass> reached(String root) {
    return REACHED.computeIfAbsent(root, PermissionsTest::everythingFrom);
  }

  /**
   * @param root a class, or several
   */
  private static Set<JavaClass> everythingFrom(String root) {
    Set<JavaClass> seen = new HashSet<>();
    Deque<JavaClass> open = new ArrayDeque<>();
    Stream.of(root.split(" ")).map(PRODUCT::get).forEach(open::add);
    while (!open.isEmpty()) {
      JavaClass next = open.remove();
      if (seen.add(next)) {
        next.getDirectDependenciesFromSelf().stream()
            .map(dependency -> dependency.getTargetClass().getBaseComponentType())
            .filter(target -> PRODUCT.contain(target.getName()))
            .map(target -> PRODUCT.get(target.getName()))
            .forEach(open::add);
      }
    }
    return seen;
  }
}
