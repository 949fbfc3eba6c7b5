package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.StrictDocument.Findings;
import java.util.HashSet;
import java.util.List;

/** Requirements of a region's nodes and managers: ports, permitted clients, types, policies. */
final class ServerChecks extends SettingChecks {
  /** The quota of AWS for rules of a security group that let something in, unless it was raised. */
  static final int RULES_OF_A_GROUP = 60;

  private static final int PER_LOAD_BALANCER = 50;

  /** The quota of IAM, unless it was raised. */
  private static final int POLICIES_OF_A_ROLE = 10;

  private final Deployment deployment;

  ServerChecks(Deployment deployment, Findings findings) {
    super(findings);
    this.deployment = deployment;
  }

  void all(Region region, String at) {
    rules(region, at);
    fleet(region.fleet(), at + ".fleet");
    boolean sessions = region.instances().sessionManager();
    policies(region.fleet().managedPolicies(), sessions, at + ".fleet.managedPolicies");
    policies(region.manager().managedPolicies(), sessions, at + ".manager.managedPolicies");
    manager(region, at + ".manager");
  }

  private void rules(Region region, String at) {
    long rules =
        2L * region.fleet().ports().size()
            + (region.configSync().enabled() ? 2 : 1)
            + deployment.regions().stream()
                .filter(other -> deployment.pushedTo(other).contains(region))
                .count();
    if (findings.sound(at + ".fleet.ports") && rules > RULES_OF_A_GROUP) {
      problem(
          at + ".fleet.ports",
          region.fleet().ports().size() + " ports",
          "at most %d: the nodes' security group takes %d rules, and has two for each port"
              .formatted((RULES_OF_A_GROUP - 2) / 2, RULES_OF_A_GROUP));
    }
  }

  private void fleet(Fleet fleet, String at) {
    if (findings.sound(at + ".ports")) {
      if (fleet.ports().isEmpty()) {
        problem(at + ".ports", "no port", "the ports of the virtual databases, such as [5432]");
      } else if (new HashSet<>(fleet.ports()).size() < fleet.ports().size()) {
        problem(at + ".ports", fleet.ports().toString(), "each port only once");
      } else if (fleet.ports().size() > PER_LOAD_BALANCER) {
        problem(
            at + ".ports",
            fleet.ports().size() + " ports",
            "at most " + PER_LOAD_BALANCER + ": a load balancer has no more listeners");
      } else if (findings.sound(at + ".httpPort") && fleet.ports().contains(fleet.httpPort())) {
        problem(
            at + ".httpPort", "" + fleet.httpPort(), "another port than the virtual databases'");
      }
    }
    if (findings.sound(at + ".clients")) {
      if (fleet.clients().isEmpty() && fleet.clientGroups().isEmpty()) {
        problem(
            at + ".clients",
            "no network",
            "the networks that clients are in, such as [\"10.0.0.0/16\"], or \"clientGroups\":"
                + " nobody else reaches the ports");
      }
      networks(at + ".clients", fleet.clients(), "a database's port");
      int sources = fleet.clients().size() + fleet.clientGroups().size();
      int rules = fleet.ports().size() * sources;
      if (findings.sound(at + ".ports") && rules > RULES_OF_A_GROUP) {
        problem(
            at + ".clients",
            "%d networks for %d ports".formatted(sources, fleet.ports().size()),
            "at most %d rules, ports times networks, not %d: a security group takes no more. Name"
                    .formatted(RULES_OF_A_GROUP, rules)
                + " fewer, wider networks");
      }
    }
    each(at + ".clientGroups", fleet.clientGroups(), SECURITY_GROUP, SECURITY_GROUP_EXAMPLE);
    if (findings.sound(at + ".fewest", at + ".most") && fleet.fewest() > fleet.most()) {
      problem(at + ".most", "" + fleet.most(), "at least \"fewest\", " + fleet.fewest());
    }
    fleet
        .instanceType()
        .ifPresent(
            type ->
                type(
                    at + ".instanceType",
                    type,
                    fleet.architecture(),
                    fleet.architecture().instanceType()));
    for (int i = 0; i < fleet.otherTypes().size(); i++) {
      type(
          at + ".otherTypes[" + i + "]",
          fleet.otherTypes().get(i),
          fleet.architecture(),
          fleet.architecture() == null ? "" : fleet.architecture().otherTypes().get(0));
    }
    fleet
        .imageParameter()
        .ifPresent(
            name ->
                form(at + ".imageParameter", name, "/[A-Za-z0-9_./-]+", "such as \"/our/ami\""));
  }

  private void policies(List<String> policies, boolean sessions, String at) {
    each(
        at,
        policies,
        "arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9+=,.@_/-]+",
        "the ARN of a policy, such as"
            + " \"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore\"");
    int most =
        sessions && policies.stream().noneMatch(arn -> arn.endsWith("/" + Instances.SESSION_POLICY))
            ? POLICIES_OF_A_ROLE - 1
            : POLICIES_OF_A_ROLE;
    if (findings.sound(at) && policies.size() > most) {
      problem(
          at,
          policies.size() + " policies",
          "at most %d: a role takes %d".formatted(most, POLICIES_OF_A_ROLE)
              + (most < POLICIES_OF_A_ROLE ? ", of which Session Manager has one" : ""));
    }
  }

  private void manager(Region region, String at) {
    Manager manager = region.manager();
    if (findings.sound(at + ".enabled", at + ".clients")) {
      if (manager.enabled() && manager.clients().isEmpty()) {
        problem(
            at + ".clients",
            "no network",
            "the networks that people are in who use it, such as [\"10.0.0.0/16\"]: nobody else"
                + " reaches the port");
      }
      networks(at + ".clients", manager.clients(), "the manager's port");
      if (manager.clients().size() > RULES_OF_A_GROUP) {
        problem(
            at + ".clients",
            manager.clients().size() + " networks",
            "at most " + RULES_OF_A_GROUP + ": a security group takes no more rules");
      }
    }
    manager
        .certificate()
        .ifPresent(
            arn ->
                form(
                    at + ".certificate",
                    arn,
                    "arn:[a-z-]+:acm:"
                        + DeploymentChecks.REGION
                        + ":[0-9]{12}:certificate/[a-f0-9-]+",
                    "the ARN of a certificate, such as"
                        + " \"arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c3d\""));
    for (int i = 0; i < manager.alertTopics().size(); i++) {
      form(
          "%s.alertTopics[%d]".formatted(at, i),
          manager.alertTopics().get(i),
          "[A-Za-z0-9_-]{3,256}([*]|[.]fifo)?",
          "a topic's name, such as \"on-call\" or \"on-call.fifo\", or at least 3 letters and *");
    }
    for (int i = 0; i < manager.conf().size(); i++) {
      form(
          "%s.conf[%d]".formatted(at, i),
          manager.conf().get(i),
          "(oidc[A-Za-z]+|manager(Url|Store|TrustedProxies)) *= *[^\\s'\";$\\\\`][^\\n'\";$\\\\`]*",
          "a line of /etc/heimdall.conf such as \"oidcClientId = heimdall\", of managerUrl,"
              + " managerStore, managerTrustedProxies or a key that begins with oidc, without"
              + " quotes, ;, $ and \\");
    }
    for (int i = 0; i < manager.secrets().size(); i++) {
      form(
          "%s.secrets[%d]".formatted(at, i),
          manager.secrets().get(i),
          "[A-Za-z0-9/_+=.@-]{1,500}",
          "a secret's name, such as \"heimdall/oidc\"");
    }
    Architecture architecture = region.fleet().architecture();
    manager
        .instanceType()
        .ifPresent(
            type -> type(at + ".instanceType", type, architecture, architecture.managerType()));
  }

  private void networks(String at, List<Cidr> clients, String what) {
    for (int i = 0; i < clients.size(); i++) {
      Cidr cidr = clients.get(i);
      String place = at + "[" + i + "]";
      if (cidr.prefix() == 0
          || NetworkChecks.isIpv4(cidr) && cidr.prefix() < NetworkChecks.WIDEST) {
        problem(
            place,
            quote(cidr.toString()),
            "the networks that clients are in, /"
                + NetworkChecks.WIDEST
                + " at the widest, not the whole internet or a part of it: "
                + what
                + " must not be open to everybody");
      } else if (!NetworkChecks.isIpv4(cidr)) {
        problem(
            place,
            quote(cidr.toString()),
            "a network of IPv4: load balancers have no address of IPv6 here");
      }
    }
  }

  /** A type of instances with these processors. */
  private void type(String at, String type, Architecture architecture, String usual) {
    form(at, type, "[a-z0-9-]+\\.[a-z0-9-]+", "such as " + quote(usual));
    if (findings.sound(at) && architecture != null && !architecture.has(type)) {
      problem(
          at,
          quote(type),
          "a type whose processors are "
              + architecture.spelling()
              + ", such as "
              + quote(usual)
              + ", or another \"architecture\"");
    }
  }
}
