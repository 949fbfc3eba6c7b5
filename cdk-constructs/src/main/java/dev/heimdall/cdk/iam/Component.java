package dev.heimdall.cdk.iam;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Components that call AWS, with all their permissions. Permissions are written in one place,
 * beside it: {@link InstanceGrants}, {@link FunctionGrants}, {@link ServiceGrants}, {@link
 * PeopleGrants}.
 */
public enum Component {
  /** A proxy node, with what its instance does when it boots. */
  NODE("node", "ec2.amazonaws.com", InstanceGrants.NODE),

  /** The manager, with what its instance does when it boots. */
  MANAGER("manager", "ec2.amazonaws.com", InstanceGrants.MANAGER),

  /**
   * Editors of the nodes' configuration with {@code heimdall config}: people, or their pipeline.
   */
  EDITOR("editor", "", PeopleGrants.EDITOR),

  /**
   * Operators who explore with {@code heimdall surroundings}, begin with {@code deployment new},
   * and maintain names with {@code routing}.
   */
  OPERATOR("operator", "", PeopleGrants.OPERATOR),

  /** The function that follows RDS. */
  CONFIG_SYNC("config-sync", "lambda.amazonaws.com", FunctionGrants.CONFIG_SYNC),

  /** The function that writes the first documents of a configuration, where there are none. */
  FIRST_DOCUMENTS("first-documents", "lambda.amazonaws.com", FunctionGrants.FIRST_DOCUMENTS),

  /** S3, which replicates documents to the other regions' copies. */
  REPLICATION("replication", "s3.amazonaws.com", ServiceGrants.REPLICATION),

  /** The function that connects the networks of two regions. */
  PEERING("peering", "lambda.amazonaws.com", FunctionGrants.PEERING),

  /** The function that lets a region's network see the private zone of the fleets' name. */
  ZONE_ASSOCIATION("zone-association", "lambda.amazonaws.com", FunctionGrants.ZONE_ASSOCIATION),

  /** The rules that pass events of RDS on to the functions of other regions. */
  FORWARDER("forwarder", "events.amazonaws.com", ServiceGrants.FORWARDER);

  private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z]+)}");

  private final String label;
  private final String principal;
  private final List<Grant> grants;

  Component(String label, String principal, List<Grant> grants) {
    this.label = label;
    this.principal = principal;
    this.grants = grants;
  }

  /** As its policy file is called. */
  public String label() {
    return label;
  }

  /** The service that takes its role; empty where people attach the policy. */
  public String principal() {
    return principal;
  }

  /** All it may do. */
  public List<Grant> grants() {
    return grants;
  }

  /** Placeholders that must be filled in within its resources and conditions. */
  public Set<String> placeholders() {
    Set<String> names = new TreeSet<>();
    grants.stream()
        .flatMap(
            grant ->
                Stream.concat(
                    grant.resources().stream(),
                    grant.conditions().stream().flatMap(one -> one.values().stream())))
        .forEach(text -> names.addAll(names(text)));
    return names;
  }

  /** The names in a resource. */
  static TreeSet<String> names(String text) {
    TreeSet<String> names = new TreeSet<>();
    Matcher matcher = NAME.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /** The policy document. */
  public Map<String, Object> policy() {
    return document(grants.stream().map(Grant::statement).toList());
  }

  /** A policy document of these statements. */
  public static Map<String, Object> document(List<?> statements) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("Version", "2012-10-17");
    document.put("Statement", statements);
    return document;
  }
}
