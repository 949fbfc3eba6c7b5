package dev.heimdall.cdk.iam;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One statement of a policy.
 *
 * @param sid its name in the policy
 * @param why what the component does with it
 * @param actions the actions, each written out
 * @param resources what they may be done to; {@code ${names}} are filled in
 * @param conditions all of which hold, in whose values {@code ${names}} are filled in as well
 */
public record Grant(
    String sid,
    String why,
    List<String> actions,
    List<String> resources,
    List<Condition> conditions) {
  private static final String SECRET =
      "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:";

  public Grant {
    actions = List.copyOf(actions);
    resources = List.copyOf(resources);
    conditions = List.copyOf(conditions);
  }

  /** One condition: a key has one of the values, by the operator. */
  public record Condition(String operator, String key, List<String> values) {
    public Condition {
      values = List.copyOf(values);
    }

    /** Returns the condition with other values. */
    Condition with(List<String> others) {
      return new Condition(operator, key, others);
    }
  }

  /** The resource that is a secret of this name, with what Secrets Manager adds to it. */
  static String secret(String name) {
    return SECRET + name + "-??????";
  }

  static Grant on(String sid, String why, List<String> resources, String... actions) {
    return new Grant(sid, why, List.of(actions), resources, List.of());
  }

  /** For actions that know no resources, or whose resources are unknown beforehand. */
  static Grant anywhere(String sid, String why, String... actions) {
    return on(sid, why, List.of("*"), actions);
  }

  Grant when(String operator, String key, String... values) {
    List<Condition> all = new ArrayList<>(conditions);
    all.add(new Condition(operator, key, List.of(values)));
    return new Grant(sid, why, actions, resources, all);
  }

  /** Objects of a bucket are listed below these prefixes only. */
  Grant below(String... prefixes) {
    return when("StringLike", "s3:prefix", prefixes);
  }

  /** Names of buckets are given to one of all accounts. */
  Grant ofOwnAccount() {
    return when("StringEquals", "aws:ResourceAccount", "${Account}");
  }

  /**
   * A key is used by Secrets Manager only, for secrets of these names, whose ARNs it says.
   *
   * @param names with what Secrets Manager adds to them
   */
  Grant bySecretsManager(String... names) {
    return when("StringLike", "kms:ViaService", "secretsmanager.${Region}.amazonaws.com*")
        .when(
            "StringLike",
            "kms:EncryptionContext:SecretARN",
            Stream.of(names).map(SECRET::concat).toArray(String[]::new));
  }

  /** The statement as JSON has it. */
  public Map<String, Object> statement() {
    Map<String, Object> statement = new LinkedHashMap<>();
    statement.put("Sid", sid);
    statement.put("Effect", "Allow");
    statement.put("Action", new ArrayList<>(actions));
    statement.put("Resource", new ArrayList<>(resources));
    if (!conditions.isEmpty()) {
      statement.put("Condition", condition(conditions));
    }
    return statement;
  }

  /** Conditions as JSON has them: by operator, then by key. */
  static Map<String, Object> condition(List<Condition> conditions) {
    Map<String, Map<String, Object>> operators = new LinkedHashMap<>();
    for (Condition one : conditions) {
      List<String> values = one.values();
      operators
          .computeIfAbsent(one.operator(), operator -> new LinkedHashMap<>())
          .put(one.key(), values.size() == 1 ? values.get(0) : new ArrayList<>(values));
    }
    return new LinkedHashMap<>(operators);
  }
}
