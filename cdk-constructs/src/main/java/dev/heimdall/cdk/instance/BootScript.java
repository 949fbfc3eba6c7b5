package dev.heimdall.cdk.instance;

import dev.heimdall.cdk.values.Numbers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnMapping;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.autoscaling.CfnAutoScalingGroup;
import software.amazon.awscdk.services.ec2.CfnLaunchTemplate;
import software.amazon.awscdk.services.logs.CfnLogGroup;

/**
 * {@code templates/instance/user-data.sh}, which an instance runs when it boots: a heading that
 * differs between groups, and a body that stands once in a template, however many groups it has.
 */
public final class BootScript {
  private static final Pattern NAME = Pattern.compile("\\$\\{([^}]*)}");

  /** Comments and blank lines for readers of the file; a template has no room for them. */
  private static final Pattern COMMENT = Pattern.compile("(?m)^ *(#(?!!).*)?\\n");

  private static final Pattern INDENT = Pattern.compile("(?m)^ +");

  private static final String MAPPING = "Boot";
  private static final String SCRIPT = "Script";
  private static final String BODY = "Body";

  /** Names in the script that not every instance has a value of. */
  private static final List<String> OWN =
      List.of(
          "ConfigDirectory",
          "LifecycleHook",
          "Patience",
          "ManagerAddress",
          "ManagerPort",
          "ManagerSecret",
          "ManagerConf");

  private final SortedMap<String, String> values = new TreeMap<>();

  private BootScript() {}

  /**
   * One with what all instances need to know.
   *
   * @param role {@code proxy} or {@code server}
   * @param logs where it sends its logs, if it does
   * @param health the port of the endpoint by which it knows that it is up
   */
  public static BootScript of(
      String role,
      CfnAutoScalingGroup group,
      Release release,
      Facts facts,
      Inspection inspection,
      Optional<CfnLogGroup> logs,
      Number health) {
    BootScript script = new BootScript();
    OWN.forEach(name -> script.with(name, ""));
    return script
        .with("Region", Aws.REGION)
        .with("StackName", Aws.STACK_NAME)
        .with("GroupName", group.getLogicalId())
        .with("Role", role)
        .with("Facts", facts.members())
        .with("MoreFacts", facts.more())
        .with("ReleaseName", release.name())
        .with("ReleaseBucket", release.bucket())
        .with("ReleaseKey", release.key())
        .with("HealthPort", Numbers.text(health))
        .with("KeepFailed", inspection.kept())
        .with("LogGroup", logs.map(CfnLogGroup::getRef).orElse(""));
  }

  /** Fills in a name. */
  public BootScript with(String name, String value) {
    values.put(name, value);
    return this;
  }

  /** Has the instances of a template run it. */
  public void runBy(CfnLaunchTemplate template) {
    template.addPropertyOverride(
        "LaunchTemplateData.UserData", Map.of("Fn::Base64", text(Stack.of(template))));
  }

  /** The script with every name filled in, by CloudFormation where only that knows. */
  private String text(Stack stack) {
    String script = read();
    int end = script.indexOf("\n\n") + 1;
    String heading = withoutComments(script.substring(0, end));
    String body = withoutComments(script.substring(end));
    if (NAME.matcher(body).find()) {
      throw new IllegalStateException(
          "templates/instance/user-data.sh has ${names} behind its first empty line");
    }
    Set<String> names = new TreeSet<>();
    Matcher matcher = NAME.matcher(heading);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    if (!names.equals(values.keySet())) {
      throw new IllegalStateException(
          "templates/instance/user-data.sh has ${names} "
              + names
              + ", known are "
              + values.keySet());
    }
    TreeMap<String, String> open = new TreeMap<>();
    for (var value : values.entrySet()) {
      if (Token.isUnresolved(value.getValue())) {
        open.put(value.getKey(), value.getValue());
      } else {
        heading = heading.replace("${" + value.getKey() + "}", value.getValue());
      }
    }
    return Fn.join("", List.of(Fn.sub(heading, open), body(stack, body)));
  }

  private static String body(Stack stack, String text) {
    CfnMapping mapping =
        stack.getNode().tryFindChild(MAPPING) instanceof CfnMapping made
            ? made
            : CfnMapping.Builder.create(stack, MAPPING)
                .lazy(false)
                .mapping(Map.of(SCRIPT, Map.of(BODY, text)))
                .build();
    return mapping.findInMap(SCRIPT, BODY);
  }

  private static String withoutComments(String script) {
    return INDENT.matcher(COMMENT.matcher(script).replaceAll("")).replaceAll("");
  }

  private static String read() {
    try (InputStream in =
        BootScript.class.getResourceAsStream("/dev/heimdall/cdk/instance/user-data.sh")) {
      if (in == null) {
        throw new IllegalStateException("templates/instance/user-data.sh is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
