package dev.heimdall.cdk.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.heimdall.cdk.config.Architecture;
import dev.heimdall.cdk.config.Instances;
import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.values.Slot;
import dev.heimdall.cdk.values.Switch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.DefaultStackSynthesizer;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.cxapi.CloudAssembly;
import software.amazon.awscdk.cxapi.CloudFormationStackArtifact;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.iam.ManagedPolicy;

/** Everything below {@code templates} that is made from the app: file names and their texts. */
public final class PlainTemplates {
  private static final String HEADING =
      "# Made from cdk-app, which `mvn -pl cdk-app -am test` holds it against: change that and not"
          + " this. docs/aws-by-hand.md tells how to use it.\n";

  private static final ObjectMapper JSON = new ObjectMapper();

  private PlainTemplates() {}

  /** The app that makes those which are stacks. */
  public static App app() {
    App app =
        new App(
            AppProps.builder()
                .analyticsReporting(false)
                .context(Map.of("@aws-cdk/core:validateAgainstDefaultRules", true))
                .build());
    for (Stack stack : stacks(app)) {
      stack.getStackName();
    }
    return app;
  }

  /**
   * All files, by their paths below {@code templates}.
   *
   * @param assembly what became of the app
   */
  public static Map<String, String> files(CloudAssembly assembly) {
    Map<String, String> files = new TreeMap<>();
    for (Component component : Component.values()) {
      files.put("iam/" + component.label() + ".json", policy(component));
    }
    for (CloudFormationStackArtifact stack : assembly.getStacks()) {
      files.put(stack.getStackName() + ".yaml", yaml(Path.of(stack.getTemplateFullPath())));
    }
    return files;
  }

  /** The stacks of the templates. */
  static Stack[] stacks(App app) {
    return new Stack[] {
      new NodeRoleTemplate(app),
      new FleetTemplate(app),
      new StoreTemplate(app),
      new DocumentsTemplate(app),
      new ManagerTemplate(app),
      new ConfigSyncTemplate(app)
    };
  }

  /** Properties that all templates have: none requires an account prepared for CDK. */
  static StackProps properties(String description) {
    return StackProps.builder()
        .description(description)
        .analyticsReporting(false)
        .synthesizer(
            DefaultStackSynthesizer.Builder.create().generateBootstrapVersionRule(false).build())
        .build();
  }

  /** The name of the fleet. */
  static String fleetName(Parameters ask) {
    return ask.text(
        "FleetName",
        "What instances are called; another one for another fleet.",
        Optional.of("heimdall"),
        "[a-z][a-z0-9-]{0,19}",
        "1 to 20 small letters, digits and hyphens, a letter first");
  }

  static String bucket(Parameters ask, String name, String meaning) {
    return ask.text(
        name,
        meaning,
        Optional.empty(),
        "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "the name of a bucket");
  }

  /** The key of what is kept. */
  static String key(Parameters ask) {
    return ask.text(
        "ConfigurationKey",
        "The ARN of the key that the bucket and the secrets are encrypted with.",
        Optional.empty(),
        "arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-f0-9-]+",
        "the ARN of a key");
  }

  /**
   * A key of the account's own, which may be left out.
   *
   * @param what is encrypted with it
   */
  static String ownKey(Parameters ask, String name, String what) {
    Slot<String> key =
        ask.optional(
            name,
            "The ARN of a key of yours that %s are encrypted with; empty: AWS's own."
                .formatted(what),
            "(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-f0-9-]+)?",
            "empty, or the ARN of a key");
    return Token.asString(
        Fn.conditionIf(key.when().orElseThrow().getLogicalId(), key.value(), Aws.NO_VALUE));
  }

  /** Subnets of two zones at least. */
  static CfnParameter subnets(Parameters ask) {
    return ask.list(
        "AWS::EC2::Subnet::Id", "Subnets", "Private subnets, at least two, in other zones.");
  }

  /** The security group that nodes have. */
  static String nodes(Parameters ask) {
    return ask.of(
        "AWS::EC2::SecurityGroup::Id",
        "NodeSecurityGroup",
        "The nodes' security group: an output of the fleet.",
        Optional.empty());
  }

  /** The image of instances. */
  static String image(Parameters ask) {
    return ask.of(
        "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
        "Image",
        "The parameter of Systems Manager that names the image, of the processors of"
            + " InstanceType.",
        Optional.of(Architecture.ARM64.imageParameter()));
  }

  static String instanceType(Parameters ask, String byDefault) {
    return ask.text(
        "InstanceType",
        "The type of instances.",
        Optional.of(byDefault),
        "[a-z0-9-]+\\.[a-z0-9-]+",
        "a type such as " + byDefault);
  }

  /** Parameter for the deletion protection of the load balancer that clients connect to. */
  static String protect(Parameters ask) {
    return ask.choice(
        "Protect",
        "Whether the load balancer resists being deleted.",
        "true",
        List.of("true", "false"));
  }

  /** Retention of instance logs, and of instances that fail to boot. */
  static Inspection inspection(Parameters ask) {
    return new Inspection(
        true,
        ask.days("KeepLogs", "Days that logs of instances are kept.", 30),
        Optional.empty(),
        keepFailed(ask));
  }

  /** Retention settings for the instances' role, where the role is a template of its own. */
  static Inspection kept(Parameters ask) {
    return new Inspection(true, 0, Optional.empty(), keepFailed(ask));
  }

  private static Switch keepFailed(Parameters ask) {
    return Switch.when(
        ask.ifTrue(
            "KeepFailed",
            "Whether an instance whose boot has failed is kept in standby, one of each group.",
            "KeepsFailed"));
  }

  /** Lets people open shells on instances, if they want to. */
  static void sessions(Parameters ask, CfnRole role) {
    ComponentRole.add(
        role,
        ask.ifTrue(
            "SessionManager",
            "Whether people may open shells on instances with Session Manager.",
            "HasSessions"),
        ManagedPolicy.fromAwsManagedPolicyName(Instances.SESSION_POLICY).getManagedPolicyArn());
  }

  private static String yaml(Path template) {
    try {
      return HEADING + ShortForms.of(JSON.readTree(template.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String policy(Component component) {
    try {
      return JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(component.policy())
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
