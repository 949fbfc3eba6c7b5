package dev.heimdall.cdk.template;

import dev.heimdall.cdk.values.Slot;
import dev.heimdall.model.CloudWatchExport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.ICfnConditionExpression;
import software.amazon.awscdk.Stack;

/** The parameters of a plain template, in groups, as the console shows them. */
final class Parameters {
  /** A network of some size: neither the whole internet nor a large part of it. */
  private static final String NETWORK = "([0-9]{1,3}\\.){3}[0-9]{1,3}/([89]|[12][0-9]|3[0-2])";

  private final Stack stack;
  private final List<Map<String, Object>> groups = new ArrayList<>();
  private List<String> group = new ArrayList<>();

  Parameters(Stack stack) {
    this.stack = stack;
  }

  /** The parameters that follow stand below a heading. */
  Parameters heading(String text) {
    group = new ArrayList<>();
    Map<String, Object> heading = new LinkedHashMap<>();
    heading.put("Label", Map.of("default", text));
    heading.put("Parameters", group);
    groups.add(heading);
    return this;
  }

  /** To be called when all are there. */
  void describe() {
    stack
        .getTemplateOptions()
        .setMetadata(Map.of("AWS::CloudFormation::Interface", Map.of("ParameterGroups", groups)));
  }

  private CfnParameter.Builder parameter(String name, String meaning) {
    group.add(name);
    return CfnParameter.Builder.create(stack, name).description(meaning);
  }

  String text(String name, String meaning, Optional<String> byDefault, String form, String rule) {
    CfnParameter.Builder builder =
        parameter(name, meaning).type("String").allowedPattern(form).constraintDescription(rule);
    byDefault.ifPresent(builder::defaultValue);
    return builder.build().getValueAsString();
  }

  String choice(String name, String meaning, String byDefault, List<String> choices) {
    return parameter(name, meaning)
        .type("String")
        .defaultValue(byDefault)
        .allowedValues(choices)
        .build()
        .getValueAsString();
  }

  /** A condition that a parameter decides, which says no by default. */
  CfnCondition ifTrue(String name, String meaning, String condition) {
    return CfnCondition.Builder.create(stack, condition)
        .expression(
            Fn.conditionEquals(choice(name, meaning, "false", List.of("true", "false")), "true"))
        .build();
  }

  /** Several values that CloudFormation checks against what is there. */
  CfnParameter list(String type, String name, String meaning) {
    return parameter(name, meaning).type("List<" + type + ">").build();
  }

  /** A value that CloudFormation checks against what is there. */
  String of(String type, String name, String meaning, Optional<String> byDefault) {
    CfnParameter.Builder builder = parameter(name, meaning).type(type);
    byDefault.ifPresent(builder::defaultValue);
    return builder.build().getValueAsString();
  }

  Number number(String name, String meaning, int byDefault, int least, int most) {
    return parameter(name, meaning)
        .type("Number")
        .defaultValue(byDefault)
        .minValue(least)
        .maxValue(most)
        .build()
        .getValueAsNumber();
  }

  /** Days that CloudWatch Logs keeps lines: not every number is one. */
  Number days(String name, String meaning, int byDefault) {
    return parameter(name, meaning)
        .type("Number")
        .defaultValue(Integer.toString(byDefault))
        .allowedValues(CloudWatchExport.RETENTIONS.stream().map(String::valueOf).toList())
        .build()
        .getValueAsNumber();
  }

  /**
   * Ports, of which as many count as another parameter says. A port that is not there could not be
   * written otherwise: 0 is none that CloudFormation takes.
   */
  List<Slot<Number>> ports(int first, int most) {
    CfnParameter count = count("Ports", "How many of the ports below are used.", 1, most);
    List<Slot<Number>> ports = new ArrayList<>();
    for (int i = 1; i <= most; i++) {
      String meaning = "The port of a virtual database, which clients connect to.";
      Number port = number("Port" + i, meaning, first + i - 1, 1, 65535);
      ports.add(new Slot<>(port, i == 1 ? Optional.empty() : Optional.of(more(count, i, most))));
    }
    return ports;
  }

  /** Private subnets of different zones, of which as many count as another parameter says. */
  List<Slot<String>> subnets(int least, int most) {
    CfnParameter count = count("Zones", "How many of the subnets get nodes.", least, most);
    CfnParameter all =
        list(
            "AWS::EC2::Subnet::Id",
            "Subnets",
            "Private subnets, each in another zone; as many as Zones says.");
    List<Slot<String>> subnets = new ArrayList<>();
    for (int i = 1; i <= most; i++) {
      String subnet = Fn.select(i - 1, all.getValueAsList());
      subnets.add(
          new Slot<>(subnet, i <= least ? Optional.empty() : Optional.of(more(count, i, most))));
    }
    return subnets;
  }

  private CfnParameter count(String name, String meaning, int least, int most) {
    return parameter(name, meaning)
        .type("String")
        .defaultValue(Integer.toString(least))
        .allowedValues(IntStream.rangeClosed(least, most).mapToObj(Integer::toString).toList())
        .build();
  }

  /** There are at least as many as {@code number}. */
  private CfnCondition more(CfnParameter count, int number, int most) {
    ICfnConditionExpression[] ways =
        IntStream.rangeClosed(number, most)
            .mapToObj(n -> Fn.conditionEquals(count.getValueAsString(), Integer.toString(n)))
            .toArray(ICfnConditionExpression[]::new);
    return CfnCondition.Builder.create(stack, count.getNode().getId() + number)
        .expression(ways.length == 1 ? ways[0] : Fn.conditionOr(ways))
        .build();
  }

  /** Networks; all but the first may be left out. */
  List<Slot<String>> networks(String name, String meaning, int count) {
    List<Slot<String>> networks = new ArrayList<>();
    networks.add(
        Slot.always(
            text(
                name + 1,
                meaning,
                Optional.empty(),
                NETWORK,
                "a network such as 10.0.0.0/16, /8 at the widest")));
    for (int i = 2; i <= count; i++) {
      networks.add(
          optional(
              name + i,
              "Another one; empty for none.",
              "|" + NETWORK,
              "empty, or a network such as 10.1.0.0/16, /8 at the widest"));
    }
    return networks;
  }

  /**
   * Tags of disks and network interfaces: CloudFormation passes those of a stack on to groups and
   * their instances only, and a template cannot name them.
   */
  List<Slot<String>> tags(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(
            i ->
                optional(
                    "Tag" + i,
                    "A tag KEY=VALUE of disks and network interfaces, which have none of the stack's.",
                    "([^=]{1,128}=[^=]{0,256})?",
                    "KEY=VALUE, or empty"))
        .toList();
  }

  /** A text that may be left out. */
  Slot<String> optional(String name, String meaning, String form, String rule) {
    CfnParameter parameter =
        parameter(name, meaning)
            .type("String")
            .defaultValue("")
            .allowedPattern(form)
            .constraintDescription(rule)
            .build();
    CfnCondition there =
        CfnCondition.Builder.create(stack, "Has" + name)
            .expression(Fn.conditionNot(Fn.conditionEquals(parameter.getValueAsString(), "")))
            .build();
    return new Slot<>(parameter.getValueAsString(), Optional.of(there));
  }
}
