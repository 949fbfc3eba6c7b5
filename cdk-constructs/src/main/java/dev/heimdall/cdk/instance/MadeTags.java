package dev.heimdall.cdk.instance;

import dev.heimdall.cdk.values.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.IResolvable;
import software.amazon.awscdk.IStableAnyProducer;
import software.amazon.awscdk.Lazy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;

/**
 * Tags of what EC2 makes when an instance begins: CloudFormation and a group of instances tag
 * neither its disk nor its network interface, and an organisation may refuse a launch without them.
 *
 * @param like what is tagged by CloudFormation, with the same
 * @param name the tag {@code Name}
 * @param given texts KEY=VALUE of a template's parameters for disks and interfaces, where no app
 *     knows the stack's tags
 */
public record MadeTags(CfnSecurityGroup like, String name, List<Slot<String>> given) {
  /** Resources that a launch makes; the launch templates request no spot instances. */
  public static final List<String> MADE = List.of("instance", "volume", "network-interface");

  public MadeTags {
    given = List.copyOf(given);
  }

  /** Tag specifications of a launch template: known once all tags have been added. */
  IResolvable specifications() {
    return Lazy.any(
        (IStableAnyProducer)
            () ->
                MADE.stream()
                    .map(made -> new TreeMap<>(Map.of("resourceType", made, "tags", tags(made))))
                    .toList());
  }

  private List<Object> tags(String made) {
    Map<String, String> named = new TreeMap<>(Map.of("Name", name));
    named.putAll(Stack.of(like).getTags().tagValues());
    named.putAll(like.getTags().tagValues());
    List<Object> tags = new ArrayList<>();
    named.forEach((key, value) -> tags.add(tag(key, value)));
    // Instances have the tags of their group, and that those of its stack.
    List<Slot<String>> more = made.equals("instance") ? List.of() : given;
    more.forEach(
        slot -> {
          String key = Fn.select(0, Fn.split("=", slot.value()));
          String value = Fn.select(1, Fn.split("=", slot.value()));
          // What is in a function the CDK hands on as it is.
          tags.add(
              slot.when()
                  .<Object>map(
                      when ->
                          Fn.conditionIf(
                              when.getLogicalId(),
                              new TreeMap<>(Map.of("Key", key, "Value", value)),
                              Aws.NO_VALUE))
                  .orElseGet(() -> tag(key, value)));
        });
    return tags;
  }

  private static Map<String, String> tag(String key, String value) {
    return new TreeMap<>(Map.of("key", key, "value", value));
  }
}
