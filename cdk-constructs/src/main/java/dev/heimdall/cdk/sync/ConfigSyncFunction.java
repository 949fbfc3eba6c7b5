package dev.heimdall.cdk.sync;

import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.nag.Reasons;
import dev.heimdall.cdk.values.Numbers;
import dev.heimdall.cdk.values.PortRule;
import dev.heimdall.cdk.values.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.events.CfnRule;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.lambda.CfnAlias;
import software.amazon.awscdk.services.lambda.CfnEventInvokeConfig;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.lambda.CfnPermission;
import software.amazon.awscdk.services.lambda.CfnVersion;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.amazon.awscdk.services.sqs.CfnQueue;
import software.amazon.awscdk.services.sqs.CfnQueuePolicy;
import software.constructs.Construct;

/**
 * The function in the nodes' network, one run at a time, woken by events of RDS in its region and
 * by a schedule. An event that failed too often waits in the queue, for two weeks.
 */
public final class ConfigSyncFunction extends Construct {
  private static final int TIMEOUT = 60;
  private static final String ALIAS = "live";

  private final ConfigSyncPlan plan;
  private final CfnSecurityGroup group;
  private final CfnRole role;
  private final CfnFunction function;
  private final CfnQueue letters;

  public ConfigSyncFunction(Construct scope, String id, ConfigSyncPlan plan) {
    super(scope, id);
    this.plan = plan;
    letters =
        CfnQueue.Builder.create(this, "DeadLetters")
            .sqsManagedSseEnabled(true)
            .messageRetentionPeriod(14 * 24 * 3600)
            .build();
    Reasons.accept(letters, "AwsSolutions-SQS3", "It is the queue of dead letters itself.");
    group = makeGroup();
    CfnLogGroup log = log();
    role = role(log);
    function = function(log);
    String invoked = invoked();
    CfnRule events =
        rule(
                "Events",
                "Events of RDS after which a topology may be another one",
                "RdsEvent",
                invoked)
            .eventPattern(pattern())
            .build();
    CfnRule schedule =
        rule("Schedule", "What no event told of", "Schedule", invoked)
            .scheduleExpression(every())
            .build();
    List<String> forwarding = forward();
    allowed("EventsMayInvoke", events, invoked);
    allowed("ScheduleMayInvoke", schedule, invoked);
    List<String> leaving = new ArrayList<>(List.of(events.getAttrArn(), schedule.getAttrArn()));
    leaving.addAll(forwarding);
    letterPolicy(leaving);
  }

  public CfnFunction function() {
    return function;
  }

  /** Its role, for what else it may do. */
  public CfnRole role() {
    return role;
  }

  /** Its security group, for what it has to reach. */
  public CfnSecurityGroup group() {
    return group;
  }

  public CfnQueue letters() {
    return letters;
  }

  private CfnSecurityGroup makeGroup() {
    CfnSecurityGroup made =
        CfnSecurityGroup.Builder.create(this, "FunctionSecurityGroup")
            .groupDescription("Heimdall config sync: nobody reaches it")
            .vpcId(plan.vpc())
            .build();
    PortRule.into(
            this,
            "PushArrives",
            plan.nodeGroup(),
            "pushes of the config sync function",
            plan.httpPort())
        .sourceSecurityGroupId(made.getAttrGroupId())
        .build();
    return made;
  }

  private CfnRole role(CfnLogGroup log) {
    return ComponentRole.create(
        this,
        "FunctionRole",
        Component.CONFIG_SYNC,
        Map.of(
            "ConfigurationBucket",
            List.of(plan.bucket()),
            "ConfigurationKey",
            plan.key().isEmpty() ? List.of() : List.of(plan.key()),
            "OtherBuckets",
            plan.elsewhere().buckets(),
            "OtherRegions",
            otherRegions(),
            "PushKeySecret",
            List.of(plan.pushKey()),
            "DeadLetterQueue",
            List.of(letters.getAttrArn()),
            "FunctionLog",
            List.of(log.getRef()),
            "FunctionSecurityGroup",
            List.of(group.getAttrGroupId()),
            "Vpc",
            List.of(plan.vpc())),
        somewhere()
            .map(when -> Map.of("OtherBuckets", when, "OtherRegions", when))
            .orElse(Map.of()));
  }

  /** The condition under which there are other regions, if that is a matter of one. */
  private Optional<CfnCondition> somewhere() {
    return plan.elsewhere().stores().stream().findFirst().flatMap(Slot::when);
  }

  /** One that is not there is the first one once more: a region has to stand there. */
  private List<String> otherRegions() {
    List<Slot<String>> stores = plan.elsewhere().stores();
    return stores.stream()
        .map(
            store ->
                store.when().isEmpty() || store.equals(stores.get(0))
                    ? store.value()
                    : Fn.conditionIf(
                            store.when().get().getLogicalId(), store.value(), stores.get(0).value())
                        .toString())
        .toList();
  }

  private CfnFunction function(CfnLogGroup log) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("HEIMDALL_FLEET", plan.fleet());
    environment.put("HEIMDALL_KEY_SECRET", plan.pushKey());
    environment.put("HEIMDALL_NODE_PORT", Numbers.text(plan.httpPort()));
    environment.put("HEIMDALL_REGIONS", plan.otherRegions());
    if (!plan.memberRegions()) {
      environment.put("HEIMDALL_MEMBER_REGIONS", "leave");
    }
    List<Slot<String>> stores = plan.elsewhere().stores();
    if (!stores.isEmpty()) {
      environment.put(
          "HEIMDALL_OTHER_STORES", Fn.join(",", stores.stream().map(Slot::value).toList()));
      environment.put("HEIMDALL_PUSH_REGIONS", plan.elsewhere().pushes());
    }
    environment.put("HEIMDALL_STORE", Fn.join("", List.of("s3://", plan.bucket(), "/topology")));
    CfnFunction.Builder builder =
        CfnFunction.Builder.create(this, "Function")
            .description("Heimdall: asks RDS what clusters look like and tells the nodes")
            .runtime("java21")
            .architectures(List.of("arm64"))
            .handler("dev.heimdall.configsync.Handler::handleRequest")
            .code(
                CfnFunction.CodeProperty.builder()
                    .s3Bucket(plan.codeBucket())
                    .s3Key(plan.codeKey())
                    .build())
            .role(role.getAttrArn())
            .memorySize(1024)
            .timeout(TIMEOUT)
            .loggingConfig(
                CfnFunction.LoggingConfigProperty.builder().logGroup(log.getRef()).build())
            .reservedConcurrentExecutions(1)
            .environment(CfnFunction.EnvironmentProperty.builder().variables(environment).build())
            .deadLetterConfig(
                CfnFunction.DeadLetterConfigProperty.builder()
                    .targetArn(letters.getAttrArn())
                    .build())
            .vpcConfig(
                CfnFunction.VpcConfigProperty.builder()
                    .subnetIds(plan.subnets())
                    .securityGroupIds(List.of(group.getAttrGroupId()))
                    .build());
    if (plan.version().isPresent()) {
      builder.snapStart(
          CfnFunction.SnapStartProperty.builder().applyOn("PublishedVersions").build());
    }
    CfnFunction made = builder.build();
    Reasons.accept(
        made,
        "AwsSolutions-L1",
        "Java 21 is what the function is tested with, and starts from snapshots.");
    return made;
  }

  /** Of a name of its own: that of the function may be cut, and is not known to its role. */
  private CfnLogGroup log() {
    CfnLogGroup log =
        CfnLogGroup.Builder.create(this, "Log").retentionInDays(plan.keepLogs()).build();
    log.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return log;
  }

  /** The function's ARN as it is invoked: by its alias, where it starts from a snapshot. */
  private String invoked() {
    CfnEventInvokeConfig.Builder retries =
        CfnEventInvokeConfig.Builder.create(this, "Retries")
            .functionName(function.getRef())
            .maximumRetryAttempts(2)
            .maximumEventAgeInSeconds(3600);
    if (plan.version().isEmpty()) {
      retries.qualifier("$LATEST").build();
      return function.getAttrArn();
    }
    // A version is made once: another name for other code or settings makes another one. One that
    // stayed would hold on to the subnets.
    CfnVersion version =
        CfnVersion.Builder.create(this, "Version" + contents())
            .functionName(function.getRef())
            .build();
    CfnAlias alias =
        CfnAlias.Builder.create(this, "Live")
            .functionName(function.getRef())
            .functionVersion(version.getAttrVersion())
            .name(ALIAS)
            .build();
    CfnEventInvokeConfig config = retries.qualifier(ALIAS).build();
    config.addResourceDependency(alias);
    return alias.getRef();
  }

  /** Another text for each other code, environment or network: what a version keeps. */
  private String contents() {
    Object resolved =
        Stack.of(this)
            .resolve(
                List.of(
                    plan.version().orElseThrow(),
                    function.getEnvironment(),
                    function.getVpcConfig(),
                    List.of(function.getMemorySize(), function.getTimeout())));
    return Integer.toHexString(sorted(resolved).hashCode());
  }

  /** Maps come back in any order. */
  private static Object sorted(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> sorted = new TreeMap<>();
      map.forEach((key, each) -> sorted.put(key, sorted(each)));
      return sorted.toString();
    }
    return value instanceof List<?> list
        ? list.stream().map(ConfigSyncFunction::sorted).toList()
        : String.valueOf(value);
  }

  private CfnRule.Builder rule(String id, String description, String target, String invoked) {
    return CfnRule.Builder.create(this, id)
        .description(description)
        .state("ENABLED")
        .targets(
            List.of(
                CfnRule.TargetProperty.builder()
                    .id(target)
                    .arn(invoked)
                    .deadLetterConfig(
                        CfnRule.DeadLetterConfigProperty.builder()
                            .arn(letters.getAttrArn())
                            .build())
                    .retryPolicy(
                        CfnRule.RetryPolicyProperty.builder()
                            .maximumEventAgeInSeconds(3600)
                            .maximumRetryAttempts(10)
                            .build())
                    .build()));
  }

  /**
   * Forwards events of this region to the functions of other regions, which query this region as
   * well. Returns the ARNs of the rules that pass it on.
   */
  private List<String> forward() {
    List<String> rules = new ArrayList<>();
    for (int i = 0; i < plan.forwardTo().size(); i++) {
      Slot<String> region = plan.forwardTo().get(i);
      String to = region.value();
      CfnRole role =
          ComponentRole.create(
              this,
              "Forwarder" + (i + 1),
              Component.FORWARDER,
              Map.of("OtherRegions", List.of(to)));
      // Forwarded events keep their region: what came from elsewhere is not passed on again.
      Map<String, Object> pattern = new LinkedHashMap<>(pattern());
      pattern.put("region", List.of(Aws.REGION));
      CfnRule rule =
          CfnRule.Builder.create(this, "ForwardEvents" + (i + 1))
              .description("Events of RDS for the config sync function of another region")
              .state("ENABLED")
              .eventPattern(pattern)
              .targets(
                  List.of(
                      CfnRule.TargetProperty.builder()
                          .id("OtherRegion")
                          .arn(
                              Fn.sub(
                                  "arn:${AWS::Partition}:events:${To}:${AWS::AccountId}:event-bus/default",
                                  Map.of("To", to)))
                          .roleArn(role.getAttrArn())
                          .deadLetterConfig(
                              CfnRule.DeadLetterConfigProperty.builder()
                                  .arn(letters.getAttrArn())
                                  .build())
                          .build()))
              .build();
      region.when().ifPresent(role.getCfnOptions()::setCondition);
      region.when().ifPresent(rule.getCfnOptions()::setCondition);
      rules.add(
          region
              .when()
              .map(
                  when ->
                      Fn.conditionIf(when.getLogicalId(), rule.getAttrArn(), Aws.NO_VALUE)
                          .toString())
              .orElseGet(rule::getAttrArn));
    }
    return rules;
  }

  private static Map<String, Object> pattern() {
    Map<String, Object> pattern = new LinkedHashMap<>();
    pattern.put("source", List.of("aws.rds"));
    pattern.put("detail", Map.of("EventID", RdsEvents.IDS));
    return pattern;
  }

  private String every() {
    String minutes = Numbers.text(plan.minutes());
    return plan.minutes().longValue() == 1
        ? "rate(1 minute)"
        : Fn.join("", List.of("rate(", minutes, " minutes)"));
  }

  private void allowed(String id, CfnRule rule, String invoked) {
    CfnPermission.Builder.create(this, id)
        .action("lambda:InvokeFunction")
        .functionName(invoked)
        .principal("events.amazonaws.com")
        .sourceArn(rule.getAttrArn())
        .build();
  }

  private void letterPolicy(List<String> leaving) {
    Map<String, Object> rules = new LinkedHashMap<>();
    rules.put("Sid", "RulesLeaveWhatTheyCannotDeliver");
    rules.put("Effect", "Allow");
    rules.put("Principal", Map.of("Service", "events.amazonaws.com"));
    rules.put("Action", "sqs:SendMessage");
    rules.put("Resource", letters.getAttrArn());
    rules.put("Condition", Map.of("ArnEquals", Map.of("aws:SourceArn", leaving)));
    Map<String, Object> tls = new LinkedHashMap<>();
    tls.put("Sid", "NothingWithoutTls");
    tls.put("Effect", "Deny");
    tls.put("Principal", Map.of("AWS", "*"));
    tls.put("Action", "sqs:*");
    tls.put("Resource", letters.getAttrArn());
    tls.put("Condition", Map.of("Bool", Map.of("aws:SecureTransport", "false")));
    CfnQueuePolicy.Builder.create(this, "DeadLettersPolicy")
        .queues(List.of(letters.getRef()))
        .policyDocument(Component.document(List.of(rules, tls)))
        .build();
  }
}
