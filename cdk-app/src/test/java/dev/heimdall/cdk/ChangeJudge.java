package dev.heimdall.cdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Says what CloudFormation would refuse, or could not carry through, when stacks become others. It
 * makes what is new and moves those who use it before it takes away what is old: what is old is
 * still there, under its name, when what is new is made.
 *
 * <p>Which properties make a resource be replaced is {@code createOnlyProperties} of
 * CloudFormation's registry schemas; {@code cloudformation/create-only.json} has those of the types
 * that there are.
 */
final class ChangeJudge {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What there can be only one of. A type with a fixed name has that one, too. */
  private static final Map<String, List<String>> ONLY_ONE =
      Map.ofEntries(
          Map.entry("AWS::ElasticLoadBalancingV2::Listener", List.of("LoadBalancerArn", "Port")),
          Map.entry(
              "AWS::EC2::SecurityGroupIngress",
              List.of(
                  "GroupId",
                  "IpProtocol",
                  "FromPort",
                  "ToPort",
                  "CidrIp",
                  "SourceSecurityGroupId")),
          Map.entry(
              "AWS::EC2::SecurityGroupEgress",
              List.of(
                  "GroupId",
                  "IpProtocol",
                  "FromPort",
                  "ToPort",
                  "CidrIp",
                  "DestinationSecurityGroupId")),
          Map.entry("AWS::EFS::MountTarget", List.of("FileSystemId", "SubnetId")),
          Map.entry(
              "AWS::Route53::RecordSet", List.of("HostedZoneId", "Name", "Type", "SetIdentifier")),
          Map.entry("AWS::Lambda::Alias", List.of("FunctionName", "Name")),
          Map.entry("AWS::Lambda::EventInvokeConfig", List.of("FunctionName", "Qualifier")),
          Map.entry("AWS::EC2::SubnetRouteTableAssociation", List.of("SubnetId")),
          Map.entry("AWS::EC2::Route", List.of("RouteTableId", "DestinationCidrBlock")),
          Map.entry("AWS::SecretsManager::Secret", List.of("Name")),
          Map.entry("AWS::CloudWatch::Dashboard", List.of("DashboardName")),
          Map.entry("AWS::CloudWatch::Alarm", List.of("AlarmName")),
          Map.entry("AWS::Logs::LogGroup", List.of("LogGroupName")),
          Map.entry("AWS::IAM::Role", List.of("RoleName")),
          Map.entry("AWS::Events::Rule", List.of("Name")),
          Map.entry("AWS::SQS::Queue", List.of("QueueName")),
          Map.entry("AWS::S3::Bucket", List.of("BucketName")),
          Map.entry("AWS::AutoScaling::AutoScalingGroup", List.of("AutoScalingGroupName")),
          Map.entry("AWS::EC2::SecurityGroup", List.of("GroupName", "VpcId")),
          Map.entry("AWS::EC2::LaunchTemplate", List.of("LaunchTemplateName")),
          Map.entry("AWS::ElasticLoadBalancingV2::LoadBalancer", List.of("Name")),
          Map.entry("AWS::ElasticLoadBalancingV2::TargetGroup", List.of("Name")),
          Map.entry("AWS::ElastiCache::ReplicationGroup", List.of("ReplicationGroupId")),
          Map.entry("AWS::ElastiCache::SubnetGroup", List.of("CacheSubnetGroupName")),
          Map.entry("AWS::Lambda::Function", List.of("FunctionName")));

  /** What a published version of a function keeps. */
  private static final List<String> OF_A_VERSION =
      List.of("Code", "Environment", "VpcConfig", "MemorySize", "Timeout", "Runtime", "Handler");

  private final Map<String, List<String>> createOnly;

  /**
   * What becomes of stacks.
   *
   * @param refused what CloudFormation does not do, and why
   * @param replaced the types of what is made anew, under another id
   * @param left the stacks that nobody deploys any more, and that are still there
   */
  record Verdict(List<String> refused, Set<String> replaced, Set<String> left) {}

  ChangeJudge() throws IOException {
    Map<String, List<String>> read = new HashMap<>();
    try (InputStream in =
        ChangeJudge.class.getResourceAsStream("/cloudformation/create-only.json")) {
      JSON.readTree(in)
          .properties()
          .forEach(
              type ->
                  read.put(
                      type.getKey(),
                      StreamSupport.stream(type.getValue().spliterator(), false)
                          .map(JsonNode::asText)
                          .toList()));
    }
    createOnly = Map.copyOf(read);
  }

  /**
   * Judges {@code cdk deploy --all}.
   *
   * @param kept what earlier changes have left behind, by {@link #left}
   */
  Verdict judge(Map<String, JsonNode> before, Map<String, JsonNode> after, Set<String> kept) {
    List<String> refused = new ArrayList<>();
    Set<String> replaced = new TreeSet<>();
    exports(before, after, refused);
    copies(before, after, refused);
    after.forEach(
        (stack, template) -> {
          JsonNode was = before.getOrDefault(stack, JSON.createObjectNode());
          stack(stack, was, template, kept, refused, replaced);
        });
    Set<String> left = new TreeSet<>(before.keySet());
    left.removeAll(after.keySet());
    return new Verdict(refused, replaced, left);
  }

  /** What stays without its stack, by what there can be only one of. */
  Set<String> left(Map<String, JsonNode> before, Map<String, JsonNode> after) {
    Set<String> left = new TreeSet<>();
    before.forEach(
        (stack, template) ->
            resources(template)
                .forEach(
                    (id, resource) -> {
                      boolean gone =
                          !resources(after.getOrDefault(stack, JSON.createObjectNode()))
                              .containsKey(id);
                      if (gone && resource.path("DeletionPolicy").asText().startsWith("Retain")) {
                        left.addAll(unique(resource));
                      }
                    }));
    return left;
  }

  // ---- between stacks

  private static void exports(
      Map<String, JsonNode> before, Map<String, JsonNode> after, List<String> refused) {
    Map<String, String> had = exported(before);
    Map<String, String> has = exported(after);
    before.forEach(
        (stack, template) ->
            template
                .findValues("Fn::ImportValue")
                .forEach(
                    name -> {
                      String export = name.asText();
                      if (had.containsKey(export) && !had.get(export).equals(has.get(export))) {
                        refused.add(stack + " uses the export " + export + ", which changes");
                      }
                    }));
  }

  /** A region has a secret of a name once: its own one, or the copy of another region's. */
  private static void copies(
      Map<String, JsonNode> before, Map<String, JsonNode> after, List<String> refused) {
    Map<String, String> had = makers(before);
    makers(after)
        .forEach(
            (secret, stack) -> {
              String maker = had.getOrDefault(secret, stack);
              if (!maker.equals(stack)) {
                refused.add(stack + " makes " + secret + ", which " + maker + " has made");
              }
            });
  }

  /** The stacks that make secrets, by name and region; a stack's name ends with its region. */
  private static Map<String, String> makers(Map<String, JsonNode> templates) {
    Map<String, String> makers = new TreeMap<>();
    templates.forEach(
        (stack, template) ->
            resources(template)
                .values()
                .forEach(
                    resource -> {
                      if (resource.get("Type").asText().equals("AWS::SecretsManager::Secret")) {
                        String name = property(resource, "Name").asText();
                        templates.keySet().stream()
                            .filter(other -> other.equals(stack) || copied(resource, other))
                            .forEach(to -> makers.put(name + " of " + to, stack));
                      }
                    }));
    return makers;
  }

  private static boolean copied(JsonNode secret, String stack) {
    return property(secret, "ReplicaRegions").findValues("Region").stream()
        .anyMatch(region -> stack.endsWith("-" + region.asText()));
  }

  private static Map<String, String> exported(Map<String, JsonNode> templates) {
    Map<String, String> exports = new TreeMap<>();
    templates
        .values()
        .forEach(
            template ->
                template
                    .path("Outputs")
                    .forEach(
                        output -> {
                          if (output.has("Export")) {
                            exports.put(
                                output.at("/Export/Name").asText(), output.get("Value").toString());
                          }
                        }));
    return exports;
  }

  // ---- in a stack

  private void stack(
      String stack,
      JsonNode before,
      JsonNode after,
      Set<String> kept,
      List<String> refused,
      Set<String> replaced) {
    Map<String, JsonNode> had = resources(before);
    Map<String, JsonNode> has = resources(after);
    Set<String> anew = anew(stack, had, has, refused);
    anew.forEach(id -> replaced.add(has.get(id).get("Type").asText()));
    Map<String, String> owners = new HashMap<>();
    had.forEach((id, resource) -> unique(resource).forEach(key -> owners.put(key, id)));
    has.forEach(
        (id, resource) -> {
          for (String key : unique(resource)) {
            String owner = owners.get(key);
            boolean another = owner != null && (!owner.equals(id) || anew.contains(id));
            // A key made of what is replaced as well is another one.
            if (another && anew.stream().noneMatch(key::contains)) {
              refused.add(stack + ": " + id + " is made while " + owner + " is there: " + key);
            }
            if (owner == null && kept.contains(key)) {
              refused.add(stack + ": " + id + " was kept, and cannot be made again: " + key);
            }
          }
        });
    had.forEach(
        (id, resource) -> {
          if ((!has.containsKey(id) || anew.contains(id)) && isProtected(resource)) {
            refused.add(stack + ": " + id + " is protected from being deleted");
          }
        });
    subnets(stack, had, has, anew, refused);
    versions(stack, had, has, refused);
    stores(stack, had, has, anew, refused);
    parameters(stack, before, after, refused);
  }

  /** Those that are replaced, also because what they refer to by such a property is. */
  private Set<String> anew(
      String stack, Map<String, JsonNode> had, Map<String, JsonNode> has, List<String> refused) {
    Set<String> anew = new HashSet<>();
    boolean more = true;
    while (more) {
      more = false;
      for (Map.Entry<String, JsonNode> each : has.entrySet()) {
        String type = each.getValue().get("Type").asText();
        List<String> properties = createOnly.get(type);
        if (properties == null) {
          throw new AssertionError("create-only.json lacks " + type);
        }
        JsonNode was = had.get(each.getKey());
        if (was == null || anew.contains(each.getKey())) {
          continue;
        }
        if (!was.get("Type").asText().equals(type)) {
          refused.add(stack + ": " + each.getKey() + " changes its type");
        }
        for (String property : properties) {
          JsonNode now = property(each.getValue(), property);
          if (!now.equals(property(was, property)) || refersToOneOf(now, anew)) {
            more |= anew.add(each.getKey());
          }
        }
      }
    }
    return anew;
  }

  private static boolean refersToOneOf(JsonNode value, Set<String> ids) {
    return Stream.concat(value.findValues("Ref").stream(), value.findValues("Fn::GetAtt").stream())
        .anyMatch(
            to -> ids.contains(to.isArray() ? to.get(0).asText() : to.asText().split("\\.")[0]));
  }

  private static boolean isProtected(JsonNode resource) {
    return StreamSupport.stream(property(resource, "LoadBalancerAttributes").spliterator(), false)
        .anyMatch(
            each ->
                each.get("Key").asText().equals("deletion_protection.enabled")
                    && each.get("Value").asText().equals("true"));
  }

  /** Addresses of a network may not overlap, and a store cannot leave a subnet. */
  private static void subnets(
      String stack,
      Map<String, JsonNode> had,
      Map<String, JsonNode> has,
      Set<String> anew,
      List<String> refused) {
    has.forEach(
        (id, resource) -> {
          JsonNode was = had.get(id);
          switch (resource.get("Type").asText()) {
            case "AWS::EC2::Subnet" -> {
              boolean made = was == null || anew.contains(id);
              String addresses = property(resource, "CidrBlock").asText();
              had.forEach(
                  (other, there) -> {
                    if (made
                        && there.get("Type").asText().equals("AWS::EC2::Subnet")
                        && property(there, "VpcId").equals(property(resource, "VpcId"))
                        && anew.stream().noneMatch(property(there, "VpcId").toString()::contains)
                        && overlap(addresses, property(there, "CidrBlock").asText())) {
                      refused.add(stack + ": " + id + " has addresses of " + other);
                    }
                  });
            }
            case "AWS::ElastiCache::SubnetGroup" -> {
              if (was != null) {
                property(was, "SubnetIds")
                    .forEach(
                        subnet -> {
                          if (StreamSupport.stream(
                                  property(resource, "SubnetIds").spliterator(), false)
                              .noneMatch(subnet::equals)) {
                            refused.add(stack + ": the store may be in " + subnet);
                          }
                        });
              }
            }
            default -> {}
          }
        });
  }

  private static boolean overlap(String one, String other) {
    long[] first = range(one);
    long[] second = range(other);
    return first[0] <= second[1] && second[0] <= first[1];
  }

  private static long[] range(String addresses) {
    String[] parts = addresses.split("[./]");
    long begin = 0;
    for (int i = 0; i < 4; i++) {
      begin = begin << 8 | Long.parseLong(parts[i]);
    }
    return new long[] {begin, begin + (1L << (32 - Integer.parseInt(parts[4]))) - 1};
  }

  /**
   * An alias goes on leading to a version that is not made anew, and none can be made twice. What
   * has no versions is called as it is.
   */
  private static void versions(
      String stack, Map<String, JsonNode> had, Map<String, JsonNode> has, List<String> refused) {
    has.forEach(
        (id, function) -> {
          if (!function.get("Type").asText().equals("AWS::Lambda::Function")
              || !had.containsKey(id)
              || versionsOf(id, has).isEmpty() && versionsOf(id, had).isEmpty()) {
            return;
          }
          boolean changed =
              OF_A_VERSION.stream()
                  .anyMatch(name -> !property(function, name).equals(property(had.get(id), name)));
          boolean made = !versionsOf(id, has).equals(versionsOf(id, had));
          if (changed != made) {
            refused.add(
                stack
                    + ": "
                    + id
                    + (changed ? " changes without another version" : " has that version already"));
          }
        });
  }

  /**
   * ElastiCache makes no Redis of Valkey, and no several shards of a server without cluster mode.
   */
  private static void stores(
      String stack,
      Map<String, JsonNode> had,
      Map<String, JsonNode> has,
      Set<String> anew,
      List<String> refused) {
    has.forEach(
        (id, resource) -> {
          JsonNode was = had.get(id);
          if (was == null || anew.contains(id)) {
            return;
          }
          switch (resource.get("Type").asText()) {
            case "AWS::ElastiCache::ReplicationGroup" -> {
              String engine = property(resource, "Engine").asText();
              String engineBefore = property(was, "Engine").asText();
              if (!engine.equals(engineBefore) && engineBefore.equals("valkey")) {
                refused.add(
                    stack + ": " + id + " cannot go from " + engineBefore + " to " + engine);
              }
              int shards = property(resource, "NumNodeGroups").asInt();
              int shardsBefore = property(was, "NumNodeGroups").asInt();
              if (shards == 1 != (shardsBefore == 1)) {
                refused.add(stack + ": " + id + " cannot change its cluster mode");
              }
            }
            case "AWS::ElastiCache::ParameterGroup" -> {
              String mode = "Properties/cluster-enabled";
              if (!property(resource, mode).equals(property(was, mode))) {
                refused.add(stack + ": " + id + " cannot change cluster-enabled");
              }
            }
            default -> {}
          }
        });
  }

  private static Set<String> versionsOf(String function, Map<String, JsonNode> resources) {
    Set<String> versions = new TreeSet<>();
    resources.forEach(
        (id, resource) -> {
          if (resource.get("Type").asText().equals("AWS::Lambda::Version")
              && resource.toString().contains('"' + function + '"')) {
            versions.add(id);
          }
        });
    return versions;
  }

  /** The CDK command keeps the values that parameters have, whatever their defaults become. */
  private static void parameters(
      String stack, JsonNode before, JsonNode after, List<String> refused) {
    after
        .path("Parameters")
        .properties()
        .forEach(
            parameter -> {
              JsonNode was = before.path("Parameters").path(parameter.getKey());
              if (!was.isMissingNode()
                  && !was.path("Default").equals(parameter.getValue().path("Default"))) {
                refused.add(stack + ": the parameter " + parameter.getKey() + " keeps its value");
              }
            });
  }

  // ---- reading

  private static Map<String, JsonNode> resources(JsonNode template) {
    Map<String, JsonNode> resources = new TreeMap<>();
    template.path("Resources").properties().forEach(e -> resources.put(e.getKey(), e.getValue()));
    return resources;
  }

  private static JsonNode property(JsonNode resource, String path) {
    JsonNode at = resource.path("Properties");
    for (String name : path.split("/")) {
      at = at.path(name);
    }
    return at;
  }

  /** What there can be no other one of; nothing where a name is made up by CloudFormation. */
  private static List<String> unique(JsonNode resource) {
    String type = resource.get("Type").asText();
    List<String> properties = ONLY_ONE.get(type);
    if (properties == null || property(resource, properties.get(0)) instanceof MissingNode) {
      return List.of();
    }
    StringBuilder key = new StringBuilder(type);
    for (String property : properties) {
      key.append(' ').append(property(resource, property));
    }
    return List.of(key.toString());
  }
}
