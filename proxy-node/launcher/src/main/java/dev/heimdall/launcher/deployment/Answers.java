package dev.heimdall.launcher.deployment;

import dev.heimdall.cdk.config.Join;
import dev.heimdall.cdk.draft.RdsEndpoint;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.Engine;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Meaning of answers and options. All throw IllegalArgumentException for what they cannot mean. */
final class Answers {
  /** Word that stands for nothing. */
  static final String NONE = "none";

  private static final Pattern URL =
      Pattern.compile(
          Engine.beginnings() + "([A-Za-z0-9.-]+)(?::([0-9]{1,5}))?(?:(?:/|;databaseName=)(.+))?");

  private Answers() {}

  /** Address of a database. */
  record Url(Engine engine, String host, int port, Optional<String> database) {
    /** Possible name for it. */
    String name() {
      return RdsEndpoint.of(host).map(RdsEndpoint::identifier).orElse(host.split("[.]", 2)[0]);
    }
  }

  static Url url(String text) {
    Matcher url = URL.matcher(text);
    if (!url.matches()) {
      throw wrong(
          text,
          "such as jdbc:postgresql://orders.cluster-abc.eu-west-1.rds.amazonaws.com:5432/orders");
    }
    Engine engine = Engine.ofUrl(text).orElseThrow();
    return new Url(
        engine,
        url.group(2),
        url.group(3) == null ? engine.port() : Integer.parseInt(url.group(3)),
        Optional.ofNullable(url.group(4)));
  }

  static String region(String text) {
    return form(text, "[a-z]{2}(-[a-z]+)+-[0-9]", "a region such as eu-west-1");
  }

  static Served database(String text) {
    form(
        text,
        "[A-Za-z][A-Za-z0-9-]{0,62}|arn:[a-z-]+:rds:[a-z0-9-]*:[0-9]{12}:(cluster|global-cluster|db):[A-Za-z0-9-]+",
        "a name such as orders, or the ARN of a cluster, global cluster or instance");
    return Served.unknown(text);
  }

  static String fleet(String text) {
    return form(
        text, "[a-z][a-z0-9-]{0,19}", "1 to 20 small letters, digits and -, a letter first");
  }

  /** Empty for a network that is to be made. */
  static Optional<String> vpc(String text) {
    return text.equals("new")
        ? Optional.empty()
        : Optional.of(form(text, "vpc-[0-9a-f]{8,17}", "a network such as vpc-0a1b2c3d, or new"));
  }

  static List<String> subnets(String text) {
    return list(text).stream()
        .map(one -> form(one, "subnet-[0-9a-f]{8,17}", "a subnet such as subnet-0a1b2c3d"))
        .toList();
  }

  static List<Cidr> networks(String text) {
    return list(text).stream().map(Answers::network).toList();
  }

  static Cidr network(String text) {
    Cidr network = Cidr.parse(text);
    if (network.prefix() < 8) {
      throw wrong(text, "a network of IPv4 such as 10.0.0.0/16, /8 at the widest");
    }
    return network;
  }

  static Join join(String text) {
    return Arrays.stream(Join.values())
        .filter(one -> one.spelling().equals(text))
        .findFirst()
        .orElseThrow(() -> wrong(text, "none, peering or existing"));
  }

  static boolean isGroup(String text) {
    return text.startsWith("sg-");
  }

  /** Networks and security groups. */
  static List<String> clients(String text) {
    return list(text).stream()
        .map(one -> isGroup(one) ? group(one) : network(one).toString())
        .toList();
  }

  static String group(String text) {
    return form(text, "sg-[0-9a-f]{8,17}", "a security group such as sg-0a1b2c3d");
  }

  /** Empty where none is to be opened. */
  static Optional<String> groupOrNone(String text) {
    return text.equals(NONE) ? Optional.empty() : Optional.of(group(text));
  }

  static String secret(String text) {
    return form(
        text, "[A-Za-z0-9/_+=.@!-]{1,500}", "the name of a secret such as prod/orders, no ARN");
  }

  static String user(String text) {
    return form(text, "[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}", "a user such as orders_app");
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split("[,\\s]+")).filter(one -> !one.isEmpty()).toList();
  }

  private static String form(String text, String form, String expected) {
    if (!text.matches(form)) {
      throw wrong(text, expected);
    }
    return text;
  }

  private static IllegalArgumentException wrong(String text, String expected) {
    return new IllegalArgumentException("\"%s\", expected %s".formatted(text, expected));
  }
}
