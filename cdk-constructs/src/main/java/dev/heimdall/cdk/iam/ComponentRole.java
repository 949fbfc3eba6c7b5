package dev.heimdall.cdk.iam;

import dev.heimdall.cdk.nag.Reasons;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.iam.CfnPolicy;
import software.amazon.awscdk.services.iam.CfnRole;
import software.constructs.Construct;

/** The role of a component: its table's policy, and nothing else. */
public final class ComponentRole {
  /**
   * Values that CloudFormation resolves by itself: templates have a size limit, and roles hold most
   * of the long values.
   */
  private static final Map<String, String> OWN =
      Map.of(
          "Partition", "AWS::Partition",
          "Region", "AWS::Region",
          "Account", "AWS::AccountId",
          "StackName", "AWS::StackName");

  private static final String INSTANCES = "ec2.amazonaws.com";

  private ComponentRole() {}

  /**
   * Makes the role.
   *
   * @param filledIn what stands for the placeholders of the component's resources and conditions,
   *     one or several values each; none leaves out what names it, and the statement with its last
   *     resource or its condition; {@code StackName} only where it is another stack than the role's
   */
  public static CfnRole create(
      Construct scope, String id, Component component, Map<String, List<String>> filledIn) {
    return create(scope, id, component, filledIn, Map.of());
  }

  /**
   * Makes the role, with statements that a parameter of a plain template decides about.
   *
   * @param when the conditions under which statements are there that name a placeholder
   */
  public static CfnRole create(
      Construct scope,
      String id,
      Component component,
      Map<String, List<String>> filledIn,
      Map<String, CfnCondition> when) {
    CfnRole role = withoutPolicy(scope, id, component);
    role.setPolicies(
        List.of(
            CfnRole.PolicyProperty.builder()
                .policyName(policyName(component))
                .policyDocument(Component.document(statements(component, filledIn, when)))
                .build()));
    explain(role);
    return role;
  }

  /** One to which the policy is given {@link #policy by itself}. */
  public static CfnRole withoutPolicy(Construct scope, String id, Component component) {
    Map<String, Object> trust = new LinkedHashMap<>();
    trust.put("Effect", "Allow");
    trust.put("Principal", Map.of("Service", service(scope, component.principal())));
    trust.put("Action", "sts:AssumeRole");
    return CfnRole.Builder.create(scope, id)
        .description("Heimdall " + component.label())
        .assumeRolePolicyDocument(Component.document(List.of(trust)))
        .build();
  }

  /** In China instances take roles under another name, as they alone of these services do. */
  private static String service(Construct scope, String principal) {
    String region = Stack.of(scope).getRegion();
    return principal.equals(INSTANCES) && (Token.isUnresolved(region) || region.startsWith("cn-"))
        ? Fn.sub("ec2.${AWS::URLSuffix}")
        : principal;
  }

  /** A policy that names what names its role: as part of that it would wait for itself. */
  public static CfnPolicy policy(
      Construct scope,
      String id,
      Component component,
      CfnRole role,
      Map<String, List<String>> filledIn) {
    CfnPolicy policy =
        CfnPolicy.Builder.create(scope, id)
            .policyName(policyName(component))
            .policyDocument(Component.document(statements(component, filledIn, Map.of())))
            .roles(List.of(role.getRef()))
            .build();
    explain(policy);
    return policy;
  }

  private static String policyName(Component component) {
    return "heimdall-" + component.label();
  }

  private static void explain(CfnResource of) {
    Reasons.accept(
        of,
        "AwsSolutions-IAM5",
        "Each statement of the table Component says what it is for; a star stands where the API"
            + " knows no resources, or where people name a beginning of names.");
  }

  private static List<Object> statements(
      Component component, Map<String, List<String>> filledIn, Map<String, CfnCondition> when) {
    Map<String, List<String>> values = new HashMap<>(filledIn);
    OWN.keySet().forEach(name -> values.putIfAbsent(name, List.of()));
    if (!values.keySet().containsAll(component.placeholders())) {
      throw new IllegalArgumentException(
          component + " needs " + component.placeholders() + ", given are " + values.keySet());
    }
    List<Object> statements = new ArrayList<>();
    for (Grant grant : component.grants()) {
      Map<String, Object> statement = new LinkedHashMap<>(grant.statement());
      List<String> resources = filledIn(grant.resources(), values);
      List<Grant.Condition> conditions =
          grant.conditions().stream().map(one -> one.with(filledIn(one.values(), values))).toList();
      if (resources.isEmpty() || conditions.stream().anyMatch(one -> one.values().isEmpty())) {
        continue;
      }
      statement.put("Resource", resources.size() == 1 ? resources.get(0) : resources);
      if (!conditions.isEmpty()) {
        statement.put("Condition", Grant.condition(conditions));
      }
      Optional<CfnCondition> condition =
          Component.names(String.join("", grant.resources())).stream()
              .flatMap(name -> Stream.ofNullable(when.get(name)))
              .findFirst();
      statements.add(
          condition
              .<Object>map(there -> Fn.conditionIf(there.getLogicalId(), statement, Aws.NO_VALUE))
              .orElse(statement));
    }
    return statements;
  }

  /** Policies that people want the role to have besides. */
  public static void add(CfnRole role, List<String> policies) {
    if (!policies.isEmpty()) {
      role.setManagedPolicyArns(policies);
      Reasons.accept(
          role,
          "AwsSolutions-IAM4",
          "\"managedPolicies\", or Session Manager, were asked for in the deployment.");
    }
  }

  /** A policy that people may want it to have besides, as a parameter of a plain template says. */
  public static void add(CfnRole role, CfnCondition when, String policy) {
    role.setManagedPolicyArns(
        Token.asList(Fn.conditionIf(when.getLogicalId(), List.of(policy), Aws.NO_VALUE)));
    Reasons.accept(role, "AwsSolutions-IAM4", "A parameter asks for Session Manager.");
  }

  private static List<String> filledIn(List<String> texts, Map<String, List<String>> values) {
    return texts.stream().flatMap(text -> filledIn(text, values).stream()).toList();
  }

  /** The text with every combination of values for its placeholders. */
  private static List<String> filledIn(String written, Map<String, List<String>> values) {
    List<Map<String, String>> ways = List.of(Map.of());
    Set<String> names = Component.names(written);
    String text = written;
    for (Map.Entry<String, String> own : OWN.entrySet()) {
      if (values.get(own.getKey()).isEmpty()) {
        names.remove(own.getKey());
        text = text.replace("${" + own.getKey() + "}", "${" + own.getValue() + "}");
      }
    }
    for (String name : names) {
      ways =
          ways.stream()
              .flatMap(
                  way ->
                      values.get(name).stream()
                          .map(
                              value -> {
                                Map<String, String> more = new TreeMap<>(way);
                                more.put(name, value);
                                return more;
                              }))
              .toList();
    }
    if (names.isEmpty()) {
      return List.of(text.equals(written) ? text : Fn.sub(text));
    }
    String filled = text;
    return ways.stream().map(way -> Fn.sub(filled, way)).toList();
  }
}
